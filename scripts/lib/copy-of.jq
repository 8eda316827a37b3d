# The id of the snapshot that `restic tag` made of another one, empty if there is none. Input: list.json. Argument: id.
map(select(.original == $id and .id != $id))[0].id // ""
