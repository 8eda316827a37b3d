#!/bin/sh
# Lays out an image of Debian's OpenSSH server, with a user that backups log in as.
#
# usage: openssh-server.sh ROOT   ROOT: a directory with the Debian packages in /packages
# exit:  0 done; other: ROOT is not complete
set -eu

root=$1
# shellcheck source=sandbox/images/layout.sh
. "$(dirname "$0")/layout.sh"

unpack_packages
ln -sf dash "$root/usr/bin/sh"
name_service
printf 'sshd:x:101:65534::/run/sshd:/sbin/nologin\nbackup:x:1000:1000::/home/backup:/bin/sh\n' >> "$root/etc/passwd"
printf 'backup:x:1000:\n' >> "$root/etc/group"
mkdir -p "$root/run/sshd" "$root/root" "$root/home/backup"
chown 1000:1000 "$root/home/backup"
