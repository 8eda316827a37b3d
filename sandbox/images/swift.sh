#!/bin/sh
# Lays out an image of Debian's OpenStack Swift, with memcached, which keeps its tokens.
#
# usage: swift.sh ROOT   ROOT: a directory with the Debian packages in /packages
# exit:  0 done; other: ROOT is not complete
set -eu

root=$1
# shellcheck source=sandbox/images/layout.sh
. "$(dirname "$0")/layout.sh"

unpack_packages
ln -sf dash "$root/usr/bin/sh"
name_service
mkdir -p "$root/root" "$root/run" "$root/var/cache/swift"
# Rings are made in the pod, and its servers look for them in no other place.
rm -r "$root/etc/swift"
ln -s /data/etc "$root/etc/swift"
