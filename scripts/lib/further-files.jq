# How many files a snapshot holds beside BACKUP_PATH, and their bytes.
# Input: the lines of manifest.jq, raw.
reduce (inputs | select(startswith("[\"further\"")) | fromjson) as [$_, $bytes] ([0, 0]; [.[0] + 1, .[1] + $bytes])
| .[]
