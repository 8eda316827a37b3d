# What the repository holds: snapshots, and notes among them, which are no snapshots for anybody.
#
# snapshot_list(host; path; now; repository)   Input: what `restic snapshots --json` printed, an array or null.
#   Arguments: BACKUP_HOST and BACKUP_PATH, seconds since 1970, and the repository's id, empty if it is not known.
#   Output: an object with
#     snapshots        oldest first, a copy before what it is a copy of; see `described`
#     notes            in the order in which they were written; see `note`
#     damaged_since    seconds: when the oldest damage was noted that nobody has cleared; null if there is none
#     damage_notes     the ids of the notes that say so
#     runs             how many parts check.sh has found good
#     unfinished       notes of backups that were cut off and not made again, the oldest first
#     made_again       the ids of notes of backups that were cut off and made again
#     newest_complete  moment: when the newest complete snapshot of this host and path was begun, or null
#     now              the argument
#
# jq 1.8 drops what it still needs where a module is loaded before one that it uses, and loads what is included last
# first. So a program names all modules that it uses, also indirectly, each after those that use it. This one uses
# moments and looked.
include "looked";
include "moments";

def has_tag($tag): .tags | index([$tag]) != null;

# What follows a prefix in the tags that begin with it; and in the first of them, or null.
def tag_values($prefix): [.tags[] | select(startswith($prefix))[($prefix | length):]];
def tag_value($prefix): tag_values($prefix)[0];

# A text as a tag: restic splits tags at commas, and takes white space off their ends.
def tag_word: @uri | gsub("%2F"; "/");

# What the shell can calculate with, else null: an operator may have written the tag.
def natural: if . != null and test("^[0-9]{1,15}$") then tonumber else null end;

# A note is recognized by its path alone, because an operator may have given it other tags.
def is_note($path): (.paths | length) == 1 and (.paths[0] | startswith("/restic-backup-") and . != $path);

# Notes are dated 1980, so that they are nobody's latest snapshot, and say in a tag when they were written; those of
# earlier versions have no such tag, and their own time says it.
def note:
  {
    kind: .paths[0]["/restic-backup-" | length:],
    id,
    original,
    tags,
    at: ((tag_value("at:") | natural) // (.time | moment)),
    run: (tag_value("run:") | natural),
    clears: tag_values("clears:"),
    of: tag_values("of:"),
    job: tag_value("of-job:"),
    host: tag_value("of-host:"),
    path: tag_value("of-path:"),
    repository: tag_value("repository:"),
  };

# By what a note may name a snapshot: restic gives it another id with other tags or other contents, and remembers only
# the first id or the last one, but when it was begun to the nanosecond stays.
def names: .id, .original // empty, .summary.backup_start? // empty;

# What `restic tag` leaves as it is. `restic rewrite` makes copies too, for example of another host: those are snapshots of
# their own.
def same_snapshot: [.tree, .time, .hostname, .paths] | tojson;

# Killed between its two steps, or where nothing may be removed, `restic tag` leaves a snapshot twice: as it was, and a
# copy with other tags that names it as its original; done again, several copies of one original. One of them counts,
# the others are superseded: what another one names as its original, then what has fewer tags. It is as partial as any
# that is nobody's original. Output: an object of ids; what is there once is not in it.
def twins:
  (reduce (.[] | select(.original != null)) as $copy ({}; .[$copy | same_snapshot] = true)) as $copied
  | if $copied == {} then [] else map(select($copied[same_snapshot])) end
  | [group_by(same_snapshot)[]? | select(length > 1)]
  | reduce .[] as $group ({};
      ($group | map(select(.id as $id | any($group[]; .original == $id and .id != $id) | not))) as $last
      | ($last | max_by([(.tags | length), .id]).id) as $survivor
      | any($last[]; has_tag("partial")) as $partial
      | reduce $group[].id as $id (.; .[$id] = {superseded: ($id != $survivor), $partial}));

# described: a snapshot as the scripts see it. Besides what restic says of it, it has
#   moment      when it was begun, in seconds since 1970
#   mine        it is of this host, and this path is one of its paths
#   partial     files are missing, because they could not be read
#   altered     `restic repair snapshots` has changed what it holds
#   superseded  a copy of it is there that counts instead
#   future      its clock was ahead of ours, or ours is wrong
#   changed     something has written it anew, and it is not known to be whole; looked: see looked.jq
def described($twins; $looked; $host; $path; $now):
  (.time | moment) as $moment
  | ($twins[.id] // {superseded: false, partial: false}) as $twin
  | {
      id,
      short: .id[:8],
      time,
      moment: $moment,
      hostname,
      paths: (.paths | if length > 1 then unique else . end),
      tags,
      original,
      tree,
      summary,
      mine: (.hostname == $host and (.paths | index([$path])) != null),
      partial: (has_tag("partial") or $twin.partial),
      altered: has_tag("repaired"),
      superseded: $twin.superseded,
      future: ($moment > $now + tolerance),
      looked: $looked[.id[:16]],
      changed: is_changed($looked[.id[:16]]),
    };

# Nothing is known to be wrong with it.
def is_complete: (.partial or .altered or .superseded or .future) | not;

# Damage notes that no cleared note names, by the id that they have or that they had before an operator changed tags.
def uncleared:
  (map({(.id): .original}) | add) as $originals
  | (reduce (.[] | select(.kind == "cleared").clears[]) as $id ({};
      .[$id, $originals[$id] // $id] = true)) as $cleared
  | map(select(.kind == "damaged" and ($cleared[.id] or $cleared[.original // .id] | not)));

# `restic copy` brings notes of another repository along. What does not say where it was written counts.
def is_of($repository): .repository == null or $repository == "" or .repository == $repository;

# Whether a backup that was cut off is made again: a complete snapshot of its host and path is newer. Of which it was
# is not known where a dead lock told of it: then that of this host and path counts. Input: a note.
def is_made_again($complete; $newest):
  . as $note
  | if .host == null or .path == null then $newest != null and .at < ($newest | floor)
    else any($complete[]; (.moment | floor) > $note.at and (.hostname | tag_word) == $note.host and any(.paths[]; tag_word == $note.path))
    end;

def snapshot_list($host; $path; $now; $repository):
  (. // []) | map({paths: [], tags: [], hostname: ""} + .)
  | twins as $twins
  | (map(select(is_note($path)) | note) | sort_by(.at, .id)) as $notes
  | (map(select(is_note($path) | not) | described($twins; $notes | looked; $host; $path; $now)) | sort_by(.moment, .superseded, by_time)) as $snapshots
  | ($notes | map(select(.kind == "unfinished" and .at <= $now + tolerance))) as $unfinished
  | (if $unfinished == [] then [] else $snapshots | map(select(is_complete)) end) as $complete
  | ([$snapshots[] | select(.mine and is_complete).moment] | last) as $newest
  | ($notes | uncleared | map(select(is_of($repository)))) as $damage
  | {
      snapshots: $snapshots,
      notes: $notes,
      damaged_since: $damage[0].at,
      damage_notes: ($damage | map(.id)),
      runs: ([$notes[] | select(.kind == "checked").run // 0] | max // 0),
      unfinished: ($unfinished | map(select(is_made_again($complete; $newest) | not))),
      made_again: ($unfinished | map(select(is_made_again($complete; $newest)).id)),
      newest_complete: $newest,
      now: $now,
    };

def snapshot_list($host; $path; $now): snapshot_list($host; $path; $now; "");
