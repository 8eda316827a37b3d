# shellcheck shell=sh
# Functions for the scripts that lay out the contents of an image below $root.

# The caller's first argument.
: "${root:?}"

# busybox, which the caller's caller has put in its place, as the shell and all small programs
busybox_applets() {
  for applet in $("$root/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s /bin/busybox "$root/bin/$applet"
  done
}

# program PATH: a program of this machine with the libraries that it is linked to
program() {
  mkdir -p "$root$(dirname "$1")"
  cp -L "$1" "$root$1"
  for library in $(ldd "$1" | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$library")"
    [ -e "$root$library" ] || cp -L "$library" "$root$library"
  done
}

# what programs need to look up users and hosts
name_service() {
  mkdir -p "$root/etc"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' > "$root/etc/passwd"
  printf 'root:x:0:\nnobody:x:65534:\n' > "$root/etc/group"
  printf 'hosts: files dns\npasswd: files\ngroup: files\n' > "$root/etc/nsswitch.conf"
  for library in /lib/x86_64-linux-gnu/libnss_dns.so.2 /lib/x86_64-linux-gnu/libnss_files.so.2 /lib/aarch64-linux-gnu/libnss_dns.so.2; do
    # Only what is linked to glibc asks for them.
    [ ! -e "$library" ] || [ ! -d "$root${library%/*}" ] || cp -L "$library" "$root$library"
  done
}

authorities() {
  mkdir -p "$root/etc/ssl/certs"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
}

# unpack_packages: the Debian packages in $root/packages, which go then. None of their own scripts runs.
unpack_packages() {
  # Where Debian's directories of old have been since they were merged into /usr.
  for directory in bin lib lib64 sbin; do
    mkdir -p "$root/usr/$directory"
    ln -s "usr/$directory" "$root/$directory"
  done
  for package in "$root"/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package" > "$root/package.tar"
    tar -C "$root" --keep-directory-symlink -xf "$root/package.tar"
  done
  rm -r "$root/package.tar" "$root/packages" "$root/usr/share/doc" "$root/usr/share/man"
}
