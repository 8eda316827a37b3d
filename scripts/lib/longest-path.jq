# How many bytes the longest path has below BACKUP_PATH that is a long one; 0 if none is.
# Input: the lines of manifest.jq, raw.
reduce (inputs | select(startswith("[\"long\"")) | fromjson[1]) as $bytes (0; if $bytes > . then $bytes else . end)
