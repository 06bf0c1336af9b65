# shellcheck shell=bash
# What the shell tools share. Sourced with the repository as working directory.

say() { echo "$*" >&2; }
die() { say "dev: $*"; exit 1; }

# need COMMAND HOW: a missing command is one sentence that says how to get it.
need() { command -v "$1" >/dev/null || die "$1 is missing: $2"; }

# fetch PART...: calls tools/fetch only for what is not complete or older than what it was made from.
fetch() {
  local part stamp stale=""
  for part in "$@"; do
    stamp=.cache/tools/$part/.complete
    case $part in duckdb | assets | data) stamp=.cache/$part/.complete ;; esac
    [[ $stamp -nt tools/fetch && $stamp -nt tools/digests.txt && $stamp -nt tests/clients/requirements.txt ]] ||
      stale="$stale $part"
  done
  [[ -n $stale ]] || return 0
  need python3 "install Python 3.11 or newer"
  # shellcheck disable=SC2086 # the parts are words
  tools/fetch $stale
}

# build PACKAGE...: the release binaries, which are what is deployed; cargo decides what there is to do.
build() {
  local package arguments=()
  need cargo "install Rust with rustup; rust-toolchain.toml names the version"
  need cc "install a C compiler (Debian: apt-get install build-essential)"
  [[ -e target/release/eider-server ]] || need_space 8
  for package in "$@"; do arguments+=(--package "$package"); done
  cargo build --release "${arguments[@]}"
}

need_space() {
  local free
  free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1048576) }')
  ((free >= $1)) || die "$free GB of disk are free here and $1 are needed: make room"
}

# What the release binaries need to find DuckDB when cargo does not start them.
release_environment() {
  export LD_LIBRARY_PATH=$PWD/.cache/duckdb/lib DYLD_LIBRARY_PATH=$PWD/.cache/duckdb/lib
  export EIDER_EXTENSION_DIR=$PWD/.cache/duckdb/extensions EIDER_ASSET_DIR=$PWD/.cache/assets
}

# Nothing that the person has set for another Eider may reach this one.
clean_environment() {
  # shellcheck disable=SC2086 # names are words
  unset ${!DB_@} ${!STORAGE_@} ${!EIDER_@} ENVIRONMENT
}

# use_services DIR: the servers of DIR, started if need be, in this shell's environment.
use_services() {
  tools/services up "$1"
  set -a
  # shellcheck source=/dev/null
  . "$1/env"
  set +a
}
