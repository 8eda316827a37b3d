# What is known of snapshots that something has written anew: `restic tag`, which keeps what they hold, or `restic repair
# snapshots --forget`, which may take something out of them and says so nowhere.

# What check.sh has found, by the beginnings of ids: whole, nothing is missing; unsure, nobody can tell. An id never gets
# other contents. Input: the notes.
def looked:
  reduce (.[] | select(.kind == "checked").tags[] | capture("^(?<found>whole|unsure):(?<id>.*)")) as $one
    ({}; .[$one.id] = $one.found);

# Whether it may hold less than when it was made. backup.sh, which takes its mark from a snapshot, names the first id in a
# tag: `restic tag` keeps that as the original, and a repair does not. Input: a snapshot of restic's list. Argument: what
# check.sh has found in it.
def is_changed($found):
  .original != null and $found != "whole"
  and (.original[:16] as $first | any(.tags[]; . == "whole:\($first)") | not);
