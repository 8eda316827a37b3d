# A hint for an id that nothing has and that looks like a day or a time without its signs; else nothing.
# Arguments: words (the id). Input: none.
include "clock";

$words
| select(test("^(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-3][0-9]([0-9]{2}){0,3})?$"))
| "\(.[:4])-\(.[4:6])-\(.[6:8] | if . == "" then "01" else . end)" as $day
| select([$day | last_moment] != [])
| " If a day is meant, write it with its signs: restore.sh \($day). A time is written as in: restore.sh \"\($day) 23:59\"."
