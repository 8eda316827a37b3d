# The id of the snapshot that `restic tag` made of another one when it changed the tag `partial`, empty if there is none:
# a copy that an operator made has the tags of before. Input: list.json. Arguments: id; change, --add or --remove.
map(select(.original == $id and .id != $id and (any(.tags[]?; . == "partial") == ($change == "--add"))))
| sort_by(.superseded)[0].id // ""
