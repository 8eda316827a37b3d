# The names of the extended attributes that one directory has, and another one has not, or with another value; joined by
# commas. The label of SELinux is not counted: the node gives it.
# Arguments: wanted_tree, found_tree (what `restic cat tree` prints of the directories above them, in an array), wanted,
# found (their names in these).

def attributes($name): [.[].nodes[]? | select(.name == $name) | .extended_attributes[]?];

($found_tree | attributes($found)) as $there
| $wanted_tree | attributes($wanted) - $there
| map(.name | select(. != "security.selinux")) | sort | join(", ")
