# What the repository holds: snapshots, and notes among them, which are no snapshots for anybody.
#
# snapshot_list(host; path; now)   Input: what `restic snapshots --json` printed, an array or null. Arguments:
#   BACKUP_HOST and BACKUP_PATH, and seconds since 1970. Output: an object with
#     snapshots        oldest first, a copy before what it is a copy of; see `described`
#     notes            in the order in which they were written; see `note`
#     damaged_since    seconds: when the oldest damage was noted that nobody has cleared; null if there is none
#     damage_notes     the ids of the notes that say so
#     runs             how many parts check.sh has found good
#     unfinished_at    seconds: when a backup was cut off last, or null
#     newest_complete  moment: when the newest complete snapshot of this host and path was begun, or null
#     now              the argument
#
# jq 1.8 drops what it still needs where a module is loaded before one that it uses, and loads what is included last
# first. So a program names all modules that it uses, also indirectly, each after those that use it. This one uses
# moments.
include "moments";

def has_tag($tag): .tags | index([$tag]) != null;

# What follows a prefix in the first tag that begins with it, or null.
def tag_value($prefix): first((.tags[] | select(startswith($prefix))[($prefix | length):]), null);

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
    clears: [.tags[] | select(startswith("clears:"))[7:]],
    of: tag_value("of:"),
  };

# What `restic tag` leaves as it is. `restic rewrite` makes copies too, for example of another host: those are snapshots of
# their own.
def same_snapshot: {tree, time, hostname, paths};

# Killed between its two steps, `restic tag` leaves a snapshot twice: as it was, and a copy with other tags that names
# it as its original. The older one is superseded then, and as partial as its copy. Other copies hold another tree.
def copies:
  reduce (.[] | select(.original != null)) as $copy ({};
    .[$copy.original] |= ($copy | same_snapshot) + {partial: (.partial or ($copy | has_tag("partial")))});

# described: a snapshot as the scripts see it. Besides what restic says of it, it has
#   moment      when it was begun, in seconds since 1970
#   mine        it is of this host, and this path is one of its paths
#   partial     files are missing, because they could not be read
#   altered     `restic repair snapshots` has changed what it holds
#   superseded  a copy of it is there that counts instead
#   future      its clock was ahead of ours, or ours is wrong
def described($copies; $host; $path; $now):
  (.time | moment) as $moment
  | $copies[.id] as $copy
  | ($copy != null and ($copy | del(.partial)) == same_snapshot) as $superseded
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
      partial: (has_tag("partial") or ($superseded and $copy.partial)),
      altered: has_tag("repaired"),
      superseded: $superseded,
      future: ($moment > $now + tolerance),
    };

# Nothing is known to be wrong with it.
def is_complete: (.partial or .altered or .superseded or .future) | not;

# Damage notes that no cleared note names, by the id that they have or that they had before an operator changed tags.
def uncleared:
  (map({(.id): .original}) | add) as $originals
  | (reduce (.[] | select(.kind == "cleared").clears[]) as $id ({};
      .[$id, $originals[$id] // $id] = true)) as $cleared
  | map(select(.kind == "damaged" and ($cleared[.id] or $cleared[.original // .id] | not)));

def snapshot_list($host; $path; $now):
  (. // []) | map({paths: [], tags: [], hostname: ""} + .)
  | copies as $copies
  | (map(select(is_note($path)) | note) | sort_by(.at, .id)) as $notes
  | (map(select(is_note($path) | not) | described($copies; $host; $path; $now)) | sort_by(.moment, .original == null, .id)) as $snapshots
  | ($notes | uncleared) as $damage
  | {
      snapshots: $snapshots,
      notes: $notes,
      damaged_since: $damage[0].at,
      damage_notes: ($damage | map(.id)),
      runs: ([$notes[] | select(.kind == "checked").run // 0] | max // 0),
      unfinished_at: ([$notes[] | select(.kind == "unfinished" and .at <= $now + tolerance).at] | max),
      newest_complete: ([$snapshots[] | select(.mine and is_complete).moment] | last),
      now: $now,
    };
