# What was found in snapshots that are still there, as tags of a note. Input: list.json.
[.[] | select(.looked != null) | "\(.looked):\(.id[:16])"] | .[:2000][]
