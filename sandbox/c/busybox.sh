#!/bin/sh
# Builds busybox as the official restic image, which is Alpine's, has it: in the same version, on musl, and with a shell
# that looks for programs on the PATH. All other options are busybox's defaults; Alpine leaves out some programs more, none
# of which a script of ours needs, and links musl dynamically.
#
# usage: busybox.sh PROGRAM   PROGRAM: file to write; the current directory, an empty one, is used for the work
# exit:  0 done; other: there is no PROGRAM
set -eu

# shellcheck source=sandbox/c/sources.sh
. "$(dirname "$0")/sources.sh"

version=1.37.0
hash=3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4

# The day of the release: what is built twice is the same, and so are the images made of it.
export SOURCE_DATE_EPOCH=1727395200

main() {
  debian_source trixie busybox "busybox_$version.orig.tar.bz2" "$hash"
  tar -xjf "busybox_$version.orig.tar.bz2"
  cd "busybox-$version"
  make -s defconfig
  # tc needs what the kernel's headers have no longer, inetd's RPC what musl never had.
  configure STATIC=y TC=n FEATURE_TC_INGRESS=n FEATURE_INETD_RPC=n
  expect_unset FEATURE_PREFER_APPLETS FEATURE_SH_STANDALONE FEATURE_SH_NOFORK
  # musl's own headers go first; the kernel's, which it has none of, lie beside those of glibc.
  make -s -j "$(nproc)" CC=musl-gcc \
    EXTRA_CFLAGS="-idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)" busybox
  cp busybox "$1"
}

# configure NAME=VALUE...
configure() {
  for setting in "$@"; do
    sed -i "/^\(# \)\{0,1\}CONFIG_${setting%%=*}[ =]/d" .config
    echo "CONFIG_$setting" >> .config
  done
  make -s oldconfig < /dev/null
}

# expect_unset NAME...: with any of these the shell would run its own applets rather than what PATH holds
expect_unset() {
  for name in "$@"; do
    grep -qx "# CONFIG_$name is not set" .config
  done
}

main "$@"
