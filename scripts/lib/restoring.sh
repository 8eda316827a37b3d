# shellcheck shell=sh disable=SC2154 # $here, which the command sets
# What restore.sh needs beside common.sh, in the order in which it is best read: choosing a snapshot, restoring it beside
# RESTORE_PATH or in it, and moving it into place.
# Inputs: $here, the directory of the commands.

# shellcheck source=scripts/lib/own-places.sh
. "$here/lib/own-places.sh"
# shellcheck source=scripts/lib/list-restorable.sh
. "$here/lib/list-restorable.sh"
# shellcheck source=scripts/lib/removed-meanwhile.sh
. "$here/lib/removed-meanwhile.sh"
# shellcheck source=scripts/lib/reading.sh
. "$here/lib/reading.sh"
# shellcheck source=scripts/lib/manifest.sh
. "$here/lib/manifest.sh"
# shellcheck source=scripts/lib/no-snapshot.sh
. "$here/lib/no-snapshot.sh"
# shellcheck source=scripts/lib/choose-snapshot.sh
. "$here/lib/choose-snapshot.sh"
# shellcheck source=scripts/lib/chosen-flaws.sh
. "$here/lib/chosen-flaws.sh"
# shellcheck source=scripts/lib/staging-mark.sh
. "$here/lib/staging-mark.sh"
# shellcheck source=scripts/lib/moving.sh
. "$here/lib/moving.sh"
# shellcheck source=scripts/lib/set-aside.sh
. "$here/lib/set-aside.sh"
# shellcheck source=scripts/lib/taken-over.sh
. "$here/lib/taken-over.sh"
# shellcheck source=scripts/lib/staging.sh
. "$here/lib/staging.sh"
# shellcheck source=scripts/lib/failed-restore.sh
. "$here/lib/failed-restore.sh"
# shellcheck source=scripts/lib/restore-space.sh
. "$here/lib/restore-space.sh"
# shellcheck source=scripts/lib/check-restored.sh
. "$here/lib/check-restored.sh"
# shellcheck source=scripts/lib/restore-places.sh
. "$here/lib/restore-places.sh"
# shellcheck source=scripts/lib/restore-root.sh
. "$here/lib/restore-root.sh"
# shellcheck source=scripts/lib/place-checks.sh
. "$here/lib/place-checks.sh"
# shellcheck source=scripts/lib/late-entries.sh
. "$here/lib/late-entries.sh"
# shellcheck source=scripts/lib/closed-directories.sh
. "$here/lib/closed-directories.sh"
# shellcheck source=scripts/lib/take-back.sh
. "$here/lib/take-back.sh"
# shellcheck source=scripts/lib/place-by-moves.sh
. "$here/lib/place-by-moves.sh"
# shellcheck source=scripts/lib/place.sh
. "$here/lib/place.sh"
# shellcheck source=scripts/lib/begun-restore.sh
. "$here/lib/begun-restore.sh"
# shellcheck source=scripts/lib/foreign-restores.sh
. "$here/lib/foreign-restores.sh"
# shellcheck source=scripts/lib/other-restores.sh
. "$here/lib/other-restores.sh"
# shellcheck source=scripts/lib/restored-lacks.sh
. "$here/lib/restored-lacks.sh"
