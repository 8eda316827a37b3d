# Empty directories of a snapshot that another one does not hold as empty ones. Arguments: empty, known: what
# count-entries.jq prints of each, as strings. Output: how many, and the first of them; nothing where there are none.
include "names-in-messages";
include "words";

def paths: split("\n") | map(select(startswith("\"")));

($known | paths | map({(.): true}) | add // {}) as $known
| $empty | paths | map(select($known[.] | not))
| select(. != [])
| "\(length | counted("empty directory"; "empty directories")), for example \(first | fromjson | without_controls)"
