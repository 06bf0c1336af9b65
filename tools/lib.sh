# shellcheck shell=bash
# What the shell tools share. Sourced with the repository as working directory.

say() { echo "$*" >&2; }
die() { say "dev: $*"; exit 1; }

# need COMMAND HOW: a missing command is one sentence that says how to get it.
need() { command -v "$1" >/dev/null || die "$1 is missing: $2"; }

# What all tests and checks need, each line: command, what people call it, Debian's packages.
needs() {
  cat <<'END'
cc|a C compiler|build-essential
curl|curl|curl ca-certificates
git|git|git
jq|jq|jq
ps|ps|procps
python3|Python 3.11 or newer with venv and pip|python3 python3-venv python3-pip
node|Node.js 20 or newer|nodejs
npm|npm|npm
cargo|Rust by rustup|rustup
END
  if [[ ${EIDER_TEST_DOCKER:-} == 1 ]]; then
    echo "docker|Docker with its Compose plugin|docker.io docker-compose"
  else
    echo "go|Go 1.21 or newer|golang" # it fetches the newer one that MinIO asks for
    echo "java|Java 17 or newer|default-jre-headless"
    echo "mvn|Maven, which fetches DynamoDB Local|maven"
    echo "initdb|PostgreSQL 15 or newer|postgresql"
  fi
}

# has COMMAND: whether it is here, and new enough.
has() {
  case $1 in
    python3) python3 -c 'import ensurepip, pip, sys, venv; sys.exit(sys.version_info < (3, 11))' ;;
    node) node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' ;;
    go) [[ -x .cache/tools/minio/minio || $(go env GOVERSION) =~ ^go1\.(2[1-9]|[3-9][0-9]) ]] ;;
    initdb) compgen -G '/usr/lib/postgresql/*/bin/initdb' || command -v initdb ;;
    docker) docker compose version ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

# missing FIELD: that field of what is needed and not here, one a line.
missing() {
  local line
  needs | while read -r line; do
    has "${line%%|*}" || cut -d'|' -f"$1" <<<"$line"
  done
}

# install_missing: as root on Debian by apt-get; what is not here then is said in one sentence.
install_missing() {
  local packages how line
  packages=$(missing 3)
  [[ -n $packages ]] || return 0
  how="install it (Debian, as root: apt-get install $(paste -sd' ' <<<"$packages"))"
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    say "install with apt-get: $(paste -sd' ' <<<"$packages")"
    apt-get update --quiet --quiet >&2 || true
    while read -r line; do # one by one: a package that Debian does not have must not stop the others
      # shellcheck disable=SC2086 # the packages are words
      apt-get install --yes --quiet --quiet --no-install-recommends $line >&2 </dev/null || true
    done <<<"$packages"
    hash -r
    how="apt-get has none that is new enough, so install it in another way"
  fi
  [[ -z $(missing 2) ]] || die "missing: $(missing 2 | paste -sd, | sed 's/,/, /g'): $how"
}

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
  unset ${!DB_@} ${!STORAGE_@} ${!STATE_@} ${!EVENTS_@} ${!EIDER_@} ENVIRONMENT
}

# services_up DIR: starts them; containers need nothing of ours.
services_up() {
  [[ ${EIDER_TEST_DOCKER:-} == 1 || -e $1/compose.env ]] || fetch minio dynamodb
  tools/services up "$1"
}

# use_services DIR: the servers of DIR, started if need be, in this shell's environment.
use_services() {
  services_up "$1"
  set -a
  # shellcheck source=/dev/null
  . "$1/env"
  set +a
}
