# shellcheck shell=sh disable=SC2154 # variables that other files set
# Tells that restic cannot use its cache. Where it cannot be opened, restic ends; where there is no room in it, restic
# tries again for a quarter of an hour: https://github.com/restic/restic/blob/v0.19.1/internal/backend/cache/file.go
# A cache saves time and traffic only, so that its loss is no reason not to back up or to restore.

# print_cache_refusal NAME: restic's words in the run of that name. Fails where it said nothing of the kind. What is loaded
# from the repository is copied nowhere else.
print_cache_refusal() {
  grep -m 1 -E '^unable to (open|locate) cache|^Load\(<.* returned error, retrying after .*: Copy: (write|open|close) ' "$work/$1.err"
}
