# When the newest key was made, and the ids of all keys. Input: what `restic key list --json` printed.
(map(.created) | max // ""), (map(.id) | join(" "))
