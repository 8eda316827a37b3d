#!/bin/sh
# Lays out what the official rclone image holds beside rclone: a shell with small programs, CA certificates.
# https://github.com/rclone/rclone/blob/master/Dockerfile
#
# usage: rclone.sh ROOT   ROOT: a directory with rclone and busybox, which the caller has put into it
# exit:  0 done; other: ROOT is not complete
set -eu

root=$1
# shellcheck source=sandbox/images/layout.sh
. "$(dirname "$0")/layout.sh"

busybox_applets
name_service
authorities
mkdir -p "$root/config" "$root/data"
