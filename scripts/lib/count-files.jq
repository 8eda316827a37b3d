# Number and bytes of the files of a snapshot. Input: what `restic ls --json` prints, one object a line.
reduce (inputs | select(.type == "file")) as $file ([0, 0]; [.[0] + 1, .[1] + ($file.size // 0)])
| "\(.[0]) \(.[1])"
