#!/bin/sh
# Lays out the contents of the official restic image: restic, busybox as the shell and all small programs, jq, an SSH
# client, CA certificates and time zones, and nothing more, so that a script that runs here runs there.
# https://github.com/restic/restic/blob/master/docker/Dockerfile.release
#
# usage: restic.sh ROOT RESTIC   ROOT: an empty directory; RESTIC: the program
# exit:  0 done; other: ROOT is not complete
set -eu

root=$1
restic=$2

main() {
  for directory in bin dev etc home lib lib64 opt proc root run sbin srv sys tmp usr/bin usr/lib usr/local/bin usr/sbin usr/share var/cache var/log var/tmp; do
    mkdir -p "$root/$directory"
  done
  chmod 1777 "$root/tmp" "$root/var/tmp"
  busybox_applets
  program /usr/bin/jq
  for ssh in ssh scp sftp ssh-add ssh-agent ssh-keygen ssh-keyscan; do
    program "/usr/bin/$ssh"
  done
  install -m 0755 "$restic" "$root/usr/bin/restic"
  entrypoint
  name_service
  mkdir -p "$root/etc/ssl/certs"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  cp -a /usr/share/zoneinfo "$root/usr/share/"
}

# Alpine's busybox has its programs in /bin and /sbin and so on; the PATH is what counts.
busybox_applets() {
  program /bin/busybox
  for applet in $(busybox --list); do
    [ "$applet" = busybox ] || ln -s /bin/busybox "$root/bin/$applet"
  done
}

# program PATH: a program with the libraries that it is linked to
program() {
  mkdir -p "$root$(dirname "$1")"
  cp -L "$1" "$root$1"
  for library in $(ldd "$1" | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$library")"
    [ -e "$root$library" ] || cp -L "$library" "$root$library"
  done
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

name_service() {
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' > "$root/etc/passwd"
  printf 'root:x:0:\nnobody:x:65534:\n' > "$root/etc/group"
  printf 'hosts: files dns\npasswd: files\ngroup: files\n' > "$root/etc/nsswitch.conf"
  for library in /lib/x86_64-linux-gnu/libnss_dns.so.2 /lib/x86_64-linux-gnu/libnss_files.so.2 /lib/aarch64-linux-gnu/libnss_dns.so.2; do
    [ ! -e "$library" ] || cp -L "$library" "$root$library"
  done
}

main
