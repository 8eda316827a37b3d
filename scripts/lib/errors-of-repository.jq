# Rows of errors.jq: what restic says where the stored repository is wrong, or only looks so.
# The places in restic's source that decide the words are named beside them.

# What looks like damage and is none. restic says "the repository could be damaged" and "The repository is damaged" of
# objects that it may not read, too: such words alone decide nothing (kind verdict).
def errors_that_look_like_damage: [
  {
    pattern: "invalid lock file|LoadRaw\\(<lock/|<lock/[^>]*>.* failed: |unable to create lock in backend: (LoadRaw|invalid)",
    kind: "other",
    hint: "A lock in the repository cannot be read, most likely because the process that wrote it was killed. When no restic runs any more, remove it with: restic unlock --remove-all."
  },
  { # repository/key.go: restic tries 20 keys, in the order in which the storage lists them
    pattern: "maximum number of keys reached",
    kind: "other",
    hint: "The repository has more keys than restic tries, which are 20. With RESTIC_KEY_HINT restic tries that one first: it is the name of the right key, a file in keys/ of the repository. Then take out what is not needed any more: restic key list, restic key remove ID."
  },
  { # repository/check.go
    pattern: "check successful on second attempt",
    kind: "other",
    hint: "What is stored is good, but the first reading of it was not: the network, a proxy, the memory or the disk of the server or of this node changes data now and then. Find out which, and check again."
  },
  { # repository/check.go: the reading broke off
    pattern: "contains 1 errors: \\[partial download error: ",
    kind: "unreachable",
    hint: "The reading of an object broke off. Check the network and the server, and check again."
  },
  { # repository/repository.go, repository/pack/pack.go
    pattern: "Detected data corruption while (saving|writing)",
    kind: "other",
    hint: "This node computes wrongly: what restic was about to store was not what it had read. Test the memory of the node, and run this on another one."
  },
  { # restorer/restorer.go: the repository's data was good when it was written
    pattern: "^(Unexpected content in|Invalid file size for|Expected .* to be a regular file)",
    kind: "other",
    hint: "A restored file is not what was written to it: something else writes to the target, or its disk is faulty."
  },
  { # repository/prune.go
    pattern: "^(Missing but unneeded pack files|will forget missing pack file)",
    kind: "other",
    hint: "The storage has lost objects. No snapshot needs them any more, but find out why: a lifecycle rule, a disk, a person."
  },
  { # an id of a snapshot that was listed or given, and is not there any more: another restic may have removed it
    pattern: "<snapshot/[^>]*>.*(no such file|not exist|NoSuchKey|NotFound|[Nn]ot [Ff]ound|doesn't exist)|failed to load snapshot [0-9a-f]+: .*(no such file|not exist|NotFound|[Nn]ot [Ff]ound|doesn't exist)",
    kind: "other",
    hint: "A snapshot was removed meanwhile, by another restic, by a person, or by a lifecycle rule of the storage. Run this again."
  }
];


# What only damage makes restic say. (jq 1.8 cannot compile a module's module whose functions call each other.)
def errors_of_damage:
  "The index of the repository is damaged. Keep all of it; no snapshot may be removed and nothing pruned. Usually the data is still there: restic repair index finds it, then restic check shows what is lost." as $repair_index
  | "Stored data is damaged or lost. Keep all of the repository. If a copy of it has the object, put that back; otherwise restic repair packs and restic repair snapshots save what is left." as $repair_packs
  | "A key or the config of the repository is damaged, and without them nothing can be read. Delete nothing; put the object back from a copy of the repository." as $repair_key
  | [
  { # repository/repository.go: two inits at once, or a broken object
    pattern: "config or key [0-9a-f]+ is damaged",
    kind: "damage",
    hint: "This key does not belong to the config: two inits ran at once, or one of both is damaged. If the repository holds no backup yet, remove everything in it and run init.sh again; otherwise delete nothing, move the key of that name out of its directory keys/, and try again."
  },
  { # repository/raw.go, global/global.go; crypto/crypto.go panics at a config of less than 16 bytes
    pattern: "LoadRaw\\(<(key|config)/[^>]*>\\): invalid data|config file has zero size|config cannot be loaded: (invalid|unexpected end|ciphertext|LoadRaw|nonce|trying to decrypt|not supported)|^panic: .* slice bounds out of range \\[16:|<(key|config)/[^>]*>.* failed: file is too short",
    kind: "damage",
    hint: $repair_key
  },
  {
    pattern: "LoadRaw\\(<index/[^>]*>\\): invalid data|DecodeIndex|error loading index [0-9a-f]+: (invalid|unexpected end|ciphertext|DecodeIndex|not supported|LoadRaw|LoadUnpacked)|<index/[^>]*>.* file is too short",
    kind: "damage",
    hint: $repair_index
  },
  {
    pattern: "<index/[^>]*>.*( no such file|not exist|NoSuchKey|NotFound|[Nn]ot [Ff]ound|doesn't exist)",
    kind: "damage",
    under_lock: true,
    hint: $repair_index
  },
  { # checker/checker.go, archiver/archiver.go, repository/prune.go
    pattern: "not found in (the repository |the )?index( |;|$)|is not known; the repository could be damaged|missing from the index|index is not complete|Integrity check failed",
    kind: "damage",
    under_lock: true,
    hint: $repair_index
  },
  { # repository/repository.go, restorer/filerestorer.go, restorer/restorer.go
    pattern: "id [0-9a-f]{64} not found in repository|Unknown blob [0-9a-f]{64}|Unable to fetch blob [0-9a-f]{64}|loading <[^>]*> from [0-9]+ packs failed",
    kind: "damage",
    under_lock: true,
    hint: $repair_index
  },
  {
    pattern: "LoadRaw\\(<snapshot/[^>]*>\\): invalid data|failed to load snapshot [0-9a-f]+: .*(invalid|unexpected end|ciphertext|file is too short)|<snapshot/[^>]*>.* failed: file is too short",
    kind: "damage",
    hint: "The object of a snapshot is damaged. Keep all of the repository, and put the object back from a copy; if there is none, the other snapshots are whole without it."
  },
  { # repository/prune.go
    pattern: "needed pack files? which are missing from the repository|packs from index missing|calculated size [0-9]+ does not match real size|pack size does not match",
    kind: "damage",
    hint: $repair_packs
  },
  { # repository/checker.go, repository/check.go
    pattern: "pack [0-9a-f]+: (does not exist|unexpected file size)|pack [0-9a-f]+ contains [0-9]+ errors: |pack is empty or not indexed|index for pack contains gaps|unexpected pack id|pack header size does not match|is not contained in index or position is incorrect|incomplete pack",
    kind: "damage",
    hint: $repair_packs
  },
  { # repository/repository.go
    pattern: "ciphertext verification failed|ciphertext too short|nonce is invalid|decompressing blob .* failed|wrong data returned, hash is|overlapping blobs in pack|invalid blob length|: (hash|data) mismatch|invalid data returned",
    kind: "damage",
    hint: $repair_packs
  },
  { # an object that the index knows and the storage does not, or only in part
    pattern: "(^|: )(download error|ReadFull\\(<data/[^>]*>\\)|StreamPack|Load\\(<data/[^>]*>[^)]*\\) failed): .*( no such file|not exist|NoSuchKey|NotFound|[Nn]ot [Ff]ound|doesn't exist|too short|out of bounds|InvalidRange)|( no such file or directory|not exist|too short|out of bounds read) (ReadFull\\(<data/|StreamPack)",
    kind: "damage",
    under_lock: true,
    hint: $repair_packs
  },
  { # checker/checker.go, data/tree.go, walker/walker.go: contents that no restic should have written
    pattern: "has nil blob list|blob [0-9]+ has null ID|has no subtree|subtree id is null|with invalid type|node with empty name|failed to decode tree|Dir without subtree|error decoding tree|subtree for node .* is nil|filetype .* not implemented",
    kind: "damage",
    hint: "A directory in the repository is not what restic writes. Keep all of the repository, run restic repair snapshots --dry-run to see what is concerned, and report it to restic."
  }
];
