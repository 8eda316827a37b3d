# The names of a group's directories with the setgid bit, each ended by a NUL.
# Input: the lines of manifest.jq, raw.
# Arguments: gid.
inputs | select(startswith("[\"setgid\"")) | fromjson | select(.[2] == $gid) | "./\(.[1])\u0000"
