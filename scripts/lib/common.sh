# shellcheck shell=sh disable=SC2154 # $here, which each command sets
# What every command needs, in the order in which it is best read: a file uses what stands above it.
# Inputs: $here, the directory of the commands.

umask 077
# A lost terminal must not end a restore, and `restic unlock` sends SIGHUP to the process ids that it finds in locks.
# A reader that has gone away must not end a backup.
trap '' HUP PIPE

# restic would list the snapshots of that host only, and so none of the notes.
unset RESTIC_HOST

# shellcheck source=scripts/lib/words.sh
. "$here/lib/words.sh"
# shellcheck source=scripts/lib/report.sh
. "$here/lib/report.sh"
# shellcheck source=scripts/lib/lifecycle.sh
. "$here/lib/lifecycle.sh"
# shellcheck source=scripts/lib/problems.sh
. "$here/lib/problems.sh"
# shellcheck source=scripts/lib/location.sh
. "$here/lib/location.sh"
# shellcheck source=scripts/lib/secret-files.sh
. "$here/lib/secret-files.sh"
# shellcheck source=scripts/lib/settings.sh
. "$here/lib/settings.sh"
# shellcheck source=scripts/lib/results.sh
. "$here/lib/results.sh"
# shellcheck source=scripts/lib/explain.sh
. "$here/lib/explain.sh"
# shellcheck source=scripts/lib/refused-lock.sh
. "$here/lib/refused-lock.sh"
# shellcheck source=scripts/lib/refused-cache.sh
. "$here/lib/refused-cache.sh"
# shellcheck source=scripts/lib/watch.sh
. "$here/lib/watch.sh"
# shellcheck source=scripts/lib/run.sh
. "$here/lib/run.sh"
# shellcheck source=scripts/lib/password.sh
. "$here/lib/password.sh"
# shellcheck source=scripts/lib/snapshots.sh
. "$here/lib/snapshots.sh"
# shellcheck source=scripts/lib/notes.sh
. "$here/lib/notes.sh"
# shellcheck source=scripts/lib/locks.sh
. "$here/lib/locks.sh"
# shellcheck source=scripts/lib/lost-parts.sh
. "$here/lib/lost-parts.sh"
# shellcheck source=scripts/lib/fail.sh
. "$here/lib/fail.sh"
# shellcheck source=scripts/lib/repository.sh
. "$here/lib/repository.sh"
