# Whether a snapshot is in a list: yes or no. Input: the array of snapshots.jq. Argument: id.
if any(.[]; .id == $id) then "yes" else "no" end
