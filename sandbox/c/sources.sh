# shellcheck shell=sh
# Functions for the scripts that build a program of the official image: how its source is fetched. Each source is pinned
# by its hash.

# debian_source RELEASE PACKAGE FILE SHA256: downloads what upstream published and Debian's source package holds, from
# this machine's own mirror. The machine itself, which may be of another release, gets no package of this one to see.
debian_source() {
  apt-get update
  # shellcheck disable=SC2016 # apt's own variable
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
  if [ -z "$mirror" ]; then
    echo "apt-get knows no mirror of Debian, which has the source of $2" >&2
    return 1
  fi
  mkdir -p lists/partial
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" > sources.list
  apart update
  apart source --only-source --download-only --tar-only "$2"
  echo "$4  $3" | sha256sum --check -
}

# apart ARG...: apt-get with the sources and lists of the current directory only, on a machine that has no package
apart() {
  apt-get --option=Dir::Etc::SourceList="$PWD/sources.list" --option=Dir::Etc::SourceParts=/dev/null \
    --option=Dir::State::Lists="$PWD/lists" --option=Dir::State::status=/dev/null \
    --option=APT::Sandbox::User=root "$@"
}

# pypi_source NAME VERSION SHA256: downloads the source distribution of a Python package
pypi_source() {
  echo "$1==$2 --hash=sha256:$3" > requirements.txt
  # What prepares the package's metadata comes as it is: only the package itself is wanted as source.
  pip3 download --no-deps --no-binary "$1" --require-hashes --requirement requirements.txt
}
