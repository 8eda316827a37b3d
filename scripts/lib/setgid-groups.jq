# The groups of the directories with the setgid bit, one number a line.
# Input: the lines of manifest.jq, raw.
[inputs | select(startswith("[\"setgid\"")) | fromjson[2]] | unique[]
