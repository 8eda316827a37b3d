# Rows of errors.jq: what restic does not understand, before it begins. The component refuses most of it.
def errors_of_settings: [
  { # filter/exclude.go, archiver/exclude.go, ui/size.go, cmd_prune.go
    pattern: "^(Fatal: )?(--i?exclude(-file)?: )?(invalid pattern\\(s\\) provided:|failed to read patterns from file |no name for exclusion tagfile provided|name for exclusion tagfile is empty|ParseSize: |strconv[.]Parse|invalid number of bytes |invalid percentage |percentage for --max-unused )",
    kind: "setting",
    hint: "Correct it: most likely BACKUP_EXCLUDES, BACKUP_EXCLUDE_LARGER_THAN, BACKUP_EXCLUDE_IF_PRESENT, BACKUP_PRUNE_MAX_UNUSED, BACKUP_PRUNE_MAX_REPACK or RESTIC_OPTIONS."
  },
  { # cobra, options/options.go
    pattern: "^(Fatal: )?(unknown (shorthand )?flag: |invalid argument \"|flag needs an argument: |pack size (larger than limit|smaller than minimum) |option [^ ]* is not known|panic: capacity must be a positive number|--insecure-no-password must not )",
    kind: "setting",
    hint: "Correct RESTIC_OPTIONS or RESTIC_PACK_SIZE: this restic does not know such an option, or not with this value."
  },
  { # global/global.go, feature/features.go
    pattern: "^(Fatal: )?(invalid value for RESTIC_|unknown feature flag |failed to parse value .* for feature flag |(Resolving password failed: (Fatal: )?Password file and command|Options -r and --repository-file) are mutually exclusive)",
    kind: "setting",
    hint: "Correct the variables of restic: RESTIC_COMPRESSION, RESTIC_PACK_SIZE, RESTIC_READ_CONCURRENCY, RESTIC_FEATURES, and no RESTIC_PASSWORD_COMMAND or RESTIC_REPOSITORY_FILE beside those of these scripts."
  },
  { # backend/http_transport.go
    pattern: "^(Fatal: )?(unable to read root certificate: |cannot parse root certificate from |parse TLS client cert or key: |ReadFile: (open|read)( |:))",
    kind: "setting",
    hint: "Correct RESTIC_CACERT, RESTIC_TLS_CLIENT_CERT or RESTIC_OPTIONS: the file that it names must be readable, and hold what it should in PEM format."
  },
  { # backend/location/location.go
    pattern: "^(Fatal: )?parsing repository location failed: ",
    kind: "setting",
    hint: "Correct RESTIC_REPOSITORY, the repository's address."
  }
];
