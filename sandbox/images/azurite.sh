#!/bin/sh
# Lays out what the official Azurite image holds beside the npm package: Node and azurite-blob on the PATH.
# https://github.com/Azure/Azurite/blob/main/Dockerfile
#
# usage: azurite.sh ROOT   ROOT: a directory with busybox, and npm's modules below /opt/azurite
# exit:  0 done; other: ROOT is not complete
set -eu

root=$1
# shellcheck source=sandbox/images/layout.sh
. "$(dirname "$0")/layout.sh"

busybox_applets
name_service
node=$(command -v node)
program "$node"
mkdir -p "$root/usr/bin" "$root/usr/local/bin" "$root/data"
[ -e "$root/usr/local/bin/node" ] || ln -s "$node" "$root/usr/local/bin/node"
# What npm's programs start with.
ln -s /bin/busybox "$root/usr/bin/env"
ln -s /opt/azurite/node_modules/.bin/azurite-blob "$root/usr/local/bin/azurite-blob"
