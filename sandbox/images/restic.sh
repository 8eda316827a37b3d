#!/bin/sh
# Lays out the contents of the official restic image: restic, Alpine's busybox as the shell and all small programs, jq, an
# SSH client, CA certificates and time zones, and nothing more, so that a script that runs here runs there.
# https://github.com/restic/restic/blob/master/docker/Dockerfile.release
#
# usage: restic.sh ROOT   ROOT: a directory with restic, busybox and jq, which the caller has put into it
# exit:  0 done; other: ROOT is not complete
set -eu

root=$1
# shellcheck source=sandbox/images/layout.sh
. "$(dirname "$0")/layout.sh"

main() {
  for directory in bin dev etc home lib lib64 opt proc root run sbin srv sys tmp usr/bin usr/lib usr/local/bin usr/sbin usr/share var/cache var/log var/tmp; do
    mkdir -p "$root/$directory"
  done
  chmod 1777 "$root/tmp" "$root/var/tmp"
  # Alpine's busybox has its programs in /bin and /sbin and so on; the PATH is what counts.
  busybox_applets
  for ssh in ssh scp sftp ssh-add ssh-agent ssh-keygen ssh-keyscan; do
    program "/usr/bin/$ssh"
  done
  entrypoint
  name_service
  authorities
  cp -a /usr/share/zoneinfo "$root/usr/share/"
}

# Since restic 0.19.0 the image starts here: https://github.com/restic/restic/pull/5448
entrypoint() {
  cat > "$root/entrypoint.sh" << 'EOF'
#!/bin/sh
set -- /usr/bin/restic "$@"
[ -z "${IONICE_CLASS:-}" ] || set -- ionice -c "$IONICE_CLASS" -n "${IONICE_PRIORITY:-4}" "$@"
exec nice -n "${NICE:-0}" "$@"
EOF
  chmod 0755 "$root/entrypoint.sh"
}

main
