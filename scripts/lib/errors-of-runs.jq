# Rows of errors.jq: what restic says of its own run, of the files that it backs up or restores, and of this node.

# Words of a run that may have done all that it should. They are judged first, by how they begin: whatever a server or ssh
# says after it is no sign of damage.
def errors_without_harm: [
  { # global/global.go
    pattern: "^[A-Z][A-Za-z]*\\(.*\\) returned error, retrying after |operation successful after [0-9]+ retries$",
    kind: "benign",
    hint: "The storage failed for a moment, and restic tried again."
  },
  { # backend/sftp/sftp.go, backend/rclone/backend.go pass on what these programs write
    pattern: "^(subprocess [^ ]*|rclone): ",
    kind: "benign",
    hint: "These are words of ssh or rclone."
  },
  { # cmd_check.go, global/global.go
    pattern: "^unable to (create cache directory|create temporary directory for cache|find old cache directories)|^unable to remove /|^error removing temporary cache directory",
    kind: "benign",
    hint: "RESTIC_CACHE_DIR must be a directory that user {user} can write to, with room in it. Without it restic is slower."
  },
  { # repository/lock.go
    pattern: "^(unable to refresh lock|error while unlocking|failed to refresh stale lock): |^(Remove|Save)\\(<lock/",
    kind: "benign",
    hint: "The lock of this run could not be renewed or removed. It stays until it is 30 minutes old."
  },
  { # feature/features.go
    pattern: "^feature flag \"[^\"]*\" is always enabled ",
    kind: "benign",
    hint: "RESTIC_FEATURES names what restic does anyway."
  },
  {
    pattern: "^signal [a-z]+ received, cleaning up",
    kind: "benign",
    hint: "It was asked to stop."
  },
  { # sums up other messages: alone it says nothing
    pattern: "^Warning: at least one source file could not be read|^(Fatal: )?(There were [0-9]+ errors|repository contains errors)$|^error for tree [0-9a-f]+:$|^(Fatal: )?failed to remove one or more snapshots$|^unable to remove snapshot/[0-9a-f]+ from the repository$",
    kind: "summary",
    hint: ""
  },
  { # cmd_check.go: damage, if no other message names a reason that is none
    pattern: "^The repository (index )?(is damaged|contains damaged pack files)",
    kind: "verdict",
    hint: "The repository is damaged: keep all of it, and repair it as restic's manual says (Troubleshooting)."
  },
  { # cmd_check.go: how to repair
    pattern: "^(restic repair (packs|snapshots) |Run 'restic repair|Damaged pack files can be caused|Is there a repository at the following location)|^(lock was created at|storage ID|the `unlock)",
    kind: "summary",
    hint: ""
  }
];

# Contents are complete; an attribute, an owner, a mode or a special file is not. A file that is not there is another
# matter: its contents failed before.
def errors_of_attributes:
  "(?!no such file|input/output error|stale )" as $reason
  | [
  { # fs/node_xattr.go, archiver/archiver.go
    pattern: "^can not obtain extended attribute |^incomplete metadata for ?: (?!.*(no such file|input/output error|stale ))",
    kind: "attribute",
    hint: "An extended attribute could not be read: the contents are backed up, and this attribute is not. Run as a user that may read it, or take the attribute away."
  },
  { # fs/node.go
    pattern: "^xattr[.][A-Za-z]+( [^ ]+)? ?: \($reason)",
    kind: "attribute",
    hint: "An extended attribute could not be set: the contents are restored, and this attribute is not. User {user} may not set it, or the file system of the target has no such attributes."
  },
  {
    pattern: "^(lchown|chown|chmod|fchmod|fchmodat|fchmodat2) ?: \($reason)",
    kind: "attribute",
    hint: "The owner or the mode could not be set: the contents are restored. User {user} may not do this, or the file system of the target (NFS with root_squash, SMB) does not."
  },
  {
    pattern: "^failed to restore timestamp of ",
    kind: "attribute",
    hint: "A modification time could not be set: the contents are restored. User {user} must own the file, and the file system of the target must take such times."
  },
  { # fs/mknod_unix.go
    pattern: "^mknod ?: \($reason)",
    kind: "attribute",
    hint: "A special file (a device, a pipe) could not be made: all other files are restored. User {user} may not make devices, or the file system of the target has none."
  }
];

# The source, the target and the node.
def errors_of_files: [
  { # global/global.go; backend/cache
    pattern: "unable to (open|locate) cache",
    kind: "other",
    hint: "RESTIC_CACHE_DIR must be a directory that user {user} can write to."
  },
  { # backend/cache/file.go
    pattern: "Copy: (write|open|close) ?: ",
    kind: "full",
    hint: "RESTIC_CACHE_DIR must be a directory that user {user} can write to, with room in it."
  },
  { # repository/packer_manager.go, pack/pack.go
    pattern: "restic-temp-pack-",
    kind: "full",
    hint: "TMPDIR must be a directory that user {user} can write to, with room in it."
  },
  { # explain-run.jq
    pattern: "^restic ended with code [0-9]+ and said nothing$",
    kind: "other",
    hint: "Most likely TMPDIR became full, so that restic could not say why it ended: make room there, or give it a larger volume. If it had room, restic was ended from outside: look at the memory limit."
  },
  {
    pattern: "input/output error|structure needs cleaning",
    kind: "other",
    hint: "The disk cannot be read or written: look at the node's log, and save what is on that disk."
  },
  {
    pattern: "[Ss]tale (NFS )?file handle",
    kind: "other",
    hint: "What is mounted there has gone: check the file server, and mount it anew."
  },
  {
    pattern: "already contains (keys|snapshots)|key and config already initialized|config file already exists",
    kind: "other",
    hint: "There is a repository, or a part of one: nothing was changed."
  },
  {
    pattern: "repository is already locked",
    kind: "busy",
    hint: "Another restic works on the repository. Try again when it has ended; the lock of a process that has died is given up after 30 minutes."
  },
  { # Go's runtime
    pattern: "^(fatal error|panic): |too many open files|cannot allocate memory|resource temporarily unavailable",
    kind: "other",
    hint: "The pod has too little memory, or too few open files or processes: raise its limits. If they are high enough, report this to restic."
  }
];
