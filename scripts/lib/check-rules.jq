# What is wrong with BACKUP_RETENTION, empty if nothing is. Argument: rules.
include "rules";

($rules | split("\n")) as $lines
| try ($lines | policy
    | if (is_empty | not) and .counts == [] and .within == [] then
        "keeps no snapshot that has not the tags. Add a rule such as --keep-last=7"
      elif is_empty and ($rules | test("\\S")) then "keeps nothing, so it is no policy"
      else "" end)
  catch (. | tostring)
