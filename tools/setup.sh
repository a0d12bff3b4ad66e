# shellcheck shell=bash
# Sourced by run, test and dev: what the machine must have, installed where it is missing, and
# nothing called where it is there. Every failure ends in a reason and a remedy.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
tools="$root/.tools"
node_wanted=22

say() { printf '%s\n' "$*" >&2; }
die() { # reason, remedy
  printf '\n%s: %s\n' "${0##*/}" "$1" >&2
  [ -z "${2:-}" ] || printf 'What to do: %s\n' "$2" >&2
  exit 1
}

# --- Debian packages ------------------------------------------------------------------------

# The names in a list that this machine's architecture needs and does not have.
missing_packages() {
  local arch names name only
  arch="$(dpkg --print-architecture)"
  names="$(while read -r name only _; do
    case "$name" in "" | "#"*) continue ;; esac
    [ -z "$only" ] || [ "$only" = "[$arch]" ] || continue
    printf '%s\n' "$name"
  done < <(cat "$@"))"
  # shellcheck disable=SC2086  # one word per package
  comm -23 <(sort -u <<<"$names") \
    <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $names 2>/dev/null |
      awk '$1 == "installed" { print $2 }' | sort -u)
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    return 127
  fi
}

# Younger than a day, and than the list of archives. apt gives the files of the index the dates that
# the server had; what an update itself touches are the folders.
apt_index_is_fresh() {
  local lists=/var/lib/apt/lists
  compgen -G "$lists/*_Packages*" >/dev/null || return
  [ -n "$(find "$lists" "$lists/partial" -maxdepth 0 -mmin -1440 2>/dev/null)" ] || return
  [ -z "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer "$lists" -newer "$lists/partial" 2>/dev/null)" ]
}

apt_install() {
  local packages=("$@")
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    die "these packages are missing and only root can install them: ${packages[*]}" \
      "as root: apt-get install --no-install-recommends ${packages[*]}"
  say "Installing ${#packages[@]} packages: ${packages[*]}"
  local log="$root/build/apt.log"
  mkdir -p "$root/build"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120
    -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
  local install=("${apt[@]}" install -y --no-install-recommends "${packages[@]}")
  # An old index gives old browsers, or names files that the archive has no more. Where it cannot be
  # refreshed, the one that is there may do.
  apt_index_is_fresh || as_root "${apt[@]}" update >"$log" 2>&1 ||
    say "The package index could not be refreshed (build/apt.log): trying with the one that is there"
  as_root "${install[@]}" >"$log" 2>&1 && return
  as_root "${apt[@]}" update >"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    die "apt-get update failed" "check the network and /etc/apt/sources.list (main is enough), then run this again"
  }
  as_root "${install[@]}" >"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    die "apt-get could not install: ${packages[*]}" \
      "read its message above; confab is built on Debian 12, or a newer Debian or Ubuntu that has clang-19"
  }
}

need_packages() { # list files
  command -v dpkg-query >/dev/null ||
    die "this is not a Debian system, and the packages confab needs are named as Debian names them" \
      "use Debian 12 (a container will do), or install what tools/packages/*.txt lists and use ./dev build"
  local missing
  missing="$(missing_packages "$@")"
  # shellcheck disable=SC2086
  [ -z "$missing" ] || apt_install $missing
}

# --- Node -----------------------------------------------------------------------------------

node_is_new_enough() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge "$node_wanted" ]
}

# npm with few retries, and with the reason where a certificate is the trouble. The machine's own
# NODE_EXTRA_CA_CERTS and SSL_CERT_FILE are left as they are.
npm_quietly() {
  local log="$root/build/npm.log"
  mkdir -p "$root/build"
  if npm --no-audit --no-fund --no-update-notifier --loglevel=error --fetch-retries=2 \
    --fetch-timeout=20000 "$@" >"$log" 2>&1; then
    return
  fi
  tail -n 15 "$log" >&2
  if grep -qE 'SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|CERT_' "$log"; then
    die "npm does not trust the certificate that the network shows for the package registry" \
      "a proxy signs with its own authority: put that authority into /etc/ssl/certs/ca-certificates.crt (update-ca-certificates), or name its file in NODE_EXTRA_CA_CERTS"
  fi
  die "npm $1 failed in $PWD" "check the network and the registry (npm config get registry), then run this again"
}

need_node() {
  node_is_new_enough && return
  # Where an earlier run put a newer one.
  local arch
  case "$(uname -m)" in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "there is no ready Node $node_wanted for $(uname -m)" "install Node $node_wanted or newer, with npm" ;;
  esac
  local old_path="$PATH"
  PATH="$tools/node_modules/node-linux-$arch/bin:$tools/node_modules/.bin:$PATH"
  export PATH
  hash -r
  node_is_new_enough && return
  PATH="$old_path"
  hash -r
  if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    apt_install nodejs npm
    hash -r
  fi
  say "Node $(node --version) is older than the web app's tools need: fetching Node $node_wanted from the npm registry"
  mkdir -p "$tools"
  [ -f "$tools/package.json" ] || printf '{ "private": true }\n' >"$tools/package.json"
  (cd "$tools" && npm_quietly install --ignore-scripts "node-linux-$arch@$node_wanted" npm@10)
  PATH="$tools/node_modules/node-linux-$arch/bin:$tools/node_modules/.bin:$PATH"
  hash -r
  node_is_new_enough ||
    die "the Node that the npm registry gave does not run here" "install Node $node_wanted or newer, with npm"
}

# --- Work that is done once -----------------------------------------------------------------

# content_hash PATHS... : of the files' names and bytes, build products aside.
content_hash() {
  find "$@" \( -name node_modules -o -name .next -o -name out -o -name '*.tsbuildinfo' \) -prune -o \
    -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# once NAME HASH COMMAND... : runs the command unless it ended well for this hash before.
once() {
  local stamp="$root/build/stamps/$1" hash="$2"
  shift 2
  [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && return
  rm -f "$stamp"
  "$@"
  mkdir -p "${stamp%/*}"
  printf '%s\n' "$hash" >"$stamp"
}

# npm_install DIRECTORY : exactly what its lock file says.
npm_install() {
  local lock
  lock="$(node --version) $(content_hash "$root/$1/package.json" "$root/$1/package-lock.json")"
  [ -d "$root/$1/node_modules" ] || rm -f "$root/build/stamps/npm-${1//\//-}"
  once "npm-${1//\//-}" "$lock" install_locked "$1"
}
install_locked() {
  say "Installing the packages of $1/ (npm ci)"
  (cd "$root/$1" && npm_quietly ci)
}

# --- Building -------------------------------------------------------------------------------

# One job per core, but a Boost-heavy file takes a gigabyte and a half of memory.
build_jobs() {
  local cores gigabytes
  cores="$(nproc)"
  gigabytes="$(awk '/^MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo)"
  [ "$gigabytes" -ge 1 ] || gigabytes=1
  echo $((cores < gigabytes ? cores : gigabytes))
}

configure() { # preset
  local directory="$root/build/$1"
  [ -f "$directory/build.ninja" ] && return
  rm -rf "$directory/CMakeCache.txt"
  mkdir -p "$directory"
  (cd "$root" && cmake --preset "$1") >"$directory/configure.log" 2>&1 || {
    tail -n 20 "$directory/configure.log" >&2
    die "cmake could not configure the preset $1" "read its message above (all of it: build/$1/configure.log)"
  }
}

build() { # preset targets...
  local preset="$1"
  shift
  case "$preset" in
    asan | tsan | fuzz)
      # Elsewhere than on Debian they come with the compiler.
      if command -v dpkg-query >/dev/null; then need_packages "$root/tools/packages/sanitize.txt"; fi ;;
  esac
  configure "$preset"
  ninja -C "$root/build/$preset" -j "$(build_jobs)" "$@" >&2 ||
    die "the $preset build failed" "read the compiler's message above; if it was killed, the machine needs more memory"
}

build_ui() {
  npm_install ui
  [ -d "$root/ui/out" ] || rm -f "$root/build/stamps/ui"
  once ui "$(node --version) $(content_hash "$root/ui")" export_ui
}
export_ui() {
  say "Building the web app"
  (cd "$root/ui" && NEXT_TELEMETRY_DISABLED=1 npm run build) >"$root/build/ui.log" 2>&1 || {
    tail -n 25 "$root/build/ui.log" >&2
    die "the web app does not build" "read the message above (all of it: build/ui.log)"
  }
}
