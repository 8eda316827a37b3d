# What a snapshot held when it was made, which restic writes into its summary.

# How many directories, those above its paths among them, or null. What `restic rewrite` leaves out, it takes from the files
# that the summary counts in all, and not from the directories: then nothing is said of these.
def directories_when_made:
  .summary
  | if . == null or .dirs_new == null or .files_new + .files_changed + .files_unmodified != .total_files_processed then null
    else .dirs_new + .dirs_changed + .dirs_unmodified end;
