# A Docker engine of our own, for machines where none runs: in one folder, beside the machine's firewall, gone afterwards.
# Sourced by verify.sh, which sets $work, an empty folder. Needs root and a Debian-like machine.
# shellcheck shell=bash

: "${work:?}"
engine_pid=
engine_made_run=no

# install_missing: what is not there of what an engine and its base image take, from the machine's own packages
install_missing() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v docker >/dev/null || missing+=(docker.io)
  find_compose || missing+=(docker-compose)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v curl >/dev/null || missing+=(curl)
  command -v unshare >/dev/null || missing+=(util-linux)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "${missing[*]} missing, and no apt-get to install it; install it, or start a Docker engine"
  echo "   installing ${missing[*]}"
  {
    bounded 180 apt-get update -q && bounded 300 env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
  } >"$work/apt.log" 2>&1 || {
    tail -n 20 "$work/apt.log" >&2
    fail "could not install ${missing[*]}; see above"
  }
}

# try_engine DRIVER disk|memory: starts the engine with one storage driver; fails when it does not answer in time. It leaves
# the firewall and forwarding alone (published ports go through its proxies), and sees a /run/containerd of its own, so that it starts a containerd
# of its own and meets no other.
try_engine() {
  mkdir -p "$work/data"
  echo '{}' >"$work/daemon.json"
  # shellcheck disable=SC2016
  setsid unshare --mount --propagation private bash -c '
      mount -t tmpfs none /run/containerd
      if [ "$1" = memory ]; then mount -t tmpfs -o mode=711 none "$2"; fi
      shift 2
      grep -q " cgroup" /proc/self/mounts || mount -t cgroup2 none /sys/fs/cgroup
      exec dockerd "$@"' engine "$2" "$work/data" \
    --config-file "$work/daemon.json" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
    -H "unix://$work/sock" --storage-driver "$1" --bridge=none --iptables=false --ip6tables=false --ip-forward=false \
    >"$work/engine.log" 2>&1 </dev/null &
  engine_pid=$!
  local end=$((SECONDS + 30))
  until docker version >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ] || ! kill -0 "$engine_pid" 2>/dev/null; then
      stop_engine_process
      return 1
    fi
    sleep 0.2
  done
}

start_engine() {
  [ "$(id -u)" = 0 ] || fail "no Docker engine answers, and starting one takes root; run as root, or start Docker"
  if [ ! -d /run/containerd ]; then
    mkdir /run/containerd
    engine_made_run=yes
  fi
  export DOCKER_HOST="unix://$work/sock"
  local storage ways=("overlay2 disk" "vfs disk")
  # Where the disk is an overlay itself, as in a container, memory does; vfs, which copies everything, takes minutes more.
  if [ "$(awk '$1 == "MemAvailable:" { print int($2 / 1048576) }' /proc/meminfo)" -ge 4 ]; then
    ways=("overlay2 disk" "overlay2 memory" "vfs disk")
  fi
  for storage in "${ways[@]}"; do
    # shellcheck disable=SC2086 # two words
    if try_engine $storage; then
      echo "   $(docker version -f 'engine {{.Server.Version}}'), storage $storage"
      return 0
    fi
    echo "   no engine with storage $storage: $(grep -E 'failed to start|level=(error|fatal)' "$work/engine.log" | tail -n 1)"
  done
  tail -n 20 "$work/engine.log" >&2
  fail "dockerd does not start here; see above"
}

# debian_sources: the machine's own sources of Debian's packages for one release, in apt's one-line form
debian_sources() {
  # shellcheck disable=SC2016 # apt-get fills these in
  apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(COMPONENT)' 'Created-By: Packages' \
    | awk -F'|' -v release="$1" '$1 == "Debian" && index($2, release) == 1 { print "deb " $3 " " $2 " " $4 }' | sort -u
}

# make_base RELEASE IMAGE: Debian's smallest system as an image, without documentation, as the official slim image
make_base() {
  local root="$work/base" mirror include=() name
  debian_sources "$1" >"$work/sources.list"
  mirror=$(awk -v release="$1" '$3 == release { print $2; exit }' "$work/sources.list")
  # On a machine with another release its mirror has this one, too; on a machine that is not Debian, debootstrap knows one.
  [ -n "$mirror" ] || mirror=$(debian_sources '' | awk '$3 !~ /-/ { print $2; exit }')
  if [ -z "${http_proxy:-}" ]; then
    http_proxy=$(apt-config dump Acquire::http::Proxy --format '%v%n' | head -n 1)
    [ -z "$http_proxy" ] || export http_proxy
  fi
  if grep -q '^deb https:' "$work/sources.list"; then include=(--include=ca-certificates); fi
  bounded 400 debootstrap --variant=minbase "${include[@]}" "$1" "$root" ${mirror:+"$mirror"} >"$work/debootstrap.log" 2>&1 || {
    tail -n 20 "$work/debootstrap.log" "$root/debootstrap/debootstrap.log" >&2 || true
    fail "debootstrap could not make a base system; see above"
  }
  # The build has to get packages the way this machine does.
  if [ -s "$work/sources.list" ]; then cp "$work/sources.list" "$root/etc/apt/sources.list"; fi
  apt-config dump Acquire | grep -E '^Acquire::(Check|Retries|https?::(Proxy "|[Vv]erify))' >"$root/etc/apt/apt.conf.d/90machine" || true
  for name in auth.conf auth.conf.d; do
    if [ -e "/etc/apt/$name" ]; then cp -r "/etc/apt/$name" "$root/etc/apt/"; fi
  done
  if [ ${#include[@]} -gt 0 ]; then cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"; fi
  printf 'path-exclude /usr/share/%s/*\n' doc man locale info >"$root/etc/dpkg/dpkg.cfg.d/slim"
  rm -rf "$root"/usr/share/{doc,man,locale,info}/* "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  tar -C "$root" -c . | docker import - "$2" >/dev/null
  rm -rf "$root"
}

# separate_networks: nothing is forwarded from one of the engine's networks to another, whatever the machine's setting
separate_networks() {
  local id
  docker network ls -q --filter driver=bridge >"$work/networks"
  while read -r id; do
    if [ "$(cat "/proc/sys/net/ipv4/conf/br-$id/forwarding" 2>/dev/null)" = 1 ]; then
      echo 0 >"/proc/sys/net/ipv4/conf/br-$id/forwarding" || true
    fi
  done <"$work/networks"
}

# engine_processes: ids of the processes of this engine, all of which name its folder
engine_processes() {
  local id
  for id in /proc/[0-9]*; do
    id=${id#/proc/}
    if [ "$id" != "$$" ] && [ "$id" != "$BASHPID" ] && tr '\0' '\n' 2>/dev/null <"/proc/$id/cmdline" | grep -qF "$work/"; then
      echo "$id"
    fi
  done
}

stop_engine_process() {
  local end=$((SECONDS + 20)) id
  [ -n "$engine_pid" ] || return 0
  kill "$engine_pid" 2>/dev/null || true
  while kill -0 "$engine_pid" 2>/dev/null && [ "$SECONDS" -lt "$end" ]; do sleep 0.2; done
  kill -9 "$engine_pid" 2>/dev/null || true
  wait "$engine_pid" 2>/dev/null || true
  engine_pid=
  for id in $(engine_processes); do
    kill -9 "$id" 2>/dev/null || true
  done
}

# stop_engine: the engine and all it made; says what is left, and fails if anything is
stop_engine() {
  local id left=
  stop_engine_process
  if [ -f "$work/networks" ]; then
    while read -r id; do
      if [ -e "/sys/class/net/br-$id" ] && command -v ip >/dev/null; then ip link del "br-$id" || true; fi
      [ ! -e "/sys/class/net/br-$id" ] || left+=" network br-$id;"
    done <"$work/networks"
  fi
  if [ "$engine_made_run" = yes ]; then rmdir /run/containerd 2>/dev/null || true; fi
  [ -z "$(engine_processes)" ] || left+=" processes $(engine_processes | tr '\n' ' ');"
  ! grep -qF " $work/" /proc/self/mounts || left+=" mounts below $work;"
  unset DOCKER_HOST
  if [ -n "$left" ]; then
    echo "   left behind:$left" >&2
    return 1
  fi
}
