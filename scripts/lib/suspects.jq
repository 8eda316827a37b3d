# Snapshots that something has changed after they were made, and of which it is not known what. `restic repair
# snapshots --forget` makes such ones, and gives them no tag. Input: list.json. Output, raw, for each "ID FILES BYTES",
# what it held when it was made, or "ID" where restic did not say that, before 0.17.

.[]
| select(.original != null and (.partial or .altered or .superseded | not))
| [.id, (.summary | objects | .total_files_processed, .total_bytes_processed | numbers)]
| join(" ")
