#!/usr/bin/env bash
# Checks three sites in containers: that they start, find each other, forward, redirect and relay, and that nobody
# notices a cut link or a lost site whose app runs here. Exit code 0 when all of it holds. Takes three to four minutes.
#
# Uses the Docker engine that answers, if it has debian:bookworm-slim or can fetch it. Otherwise, as root on a
# Debian-like machine, it installs Debian's engine, starts one of its own in a temporary folder, makes the base image with
# debootstrap, and takes all of that away again but the packages. --own-engine: that in any case.
# shellcheck disable=SC2317 # functions are called by name and by traps
set -euo pipefail

# Beside a demo that may be running.
export GROUTER_NET=${GROUTER_NET:-10.214} GROUTER_PORTS=${GROUTER_PORTS:-28} GROUTER_IMAGE=grouter-verify
export LC_ALL=C
base=debian:bookworm-slim
project=grouter-verify
work=$(mktemp -d "${TMPDIR:-/tmp}/grouter-verify.XXXXXX")
export GROUTER_GENERATED=$work/generated
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=docker/play.sh
source "$here/play.sh"
# shellcheck source=docker/engine.sh
source "$here/engine.sh"

own_engine=no
prepare_pid=
started=no
wrong=0

fail() {
  echo "docker/verify.sh: $*" >&2
  exit 1
}

# ---- reporting

phase_name=
phase_begin=0
phases=()

phase() {
  local now
  now=$(date +%s%N)
  if [ -n "$phase_name" ]; then
    phases+=("$(printf '%6.1f s  %s' "$(((now - phase_begin) / 100000000))e-1" "$phase_name")")
  fi
  phase_name=${1:-}
  phase_begin=$now
  [ -z "$phase_name" ] || printf '\n== %s\n' "$phase_name"
}

ok() { echo "   ok: $*"; }

not_ok() {
  echo "   WRONG: $*"
  wrong=$((wrong + 1))
}

# check WHAT COMMAND...
check() {
  local what=$1
  shift
  if "$@"; then ok "$what"; else not_ok "$what"; fi
}

# expect WHAT EXPECTED ACTUAL
expect() { if [ "$2" = "$3" ]; then ok "$1: $3"; else not_ok "$1: \"$3\" (expected: \"$2\")"; fi; }

# in_time WHAT SECONDS COMMAND...: says how long it took
in_time() {
  local what=$1 limit=$2 begin
  shift 2
  begin=$(date +%s%N)
  if await "$limit" "$@"; then
    ok "$what, after $(printf '%.1f' "$((($(date +%s%N) - begin) / 100000000))e-1") s (at most $limit s)"
  else
    not_ok "$what: not within $limit s"
    return 1
  fi
}

evidence() {
  local id site node
  printf '\n== what the containers say\n'
  docker ps -a || return 0
  for id in $(docker ps -a -q --filter "label=com.docker.compose.project=$project"); do
    printf -- '\n-- %s\n' "$(docker inspect -f '{{.Name}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' "$id")"
    docker logs --tail 40 "$id" 2>&1 || true
  done
  for site in "${sites[@]}"; do
    for node in "${nodes[@]}"; do
      printf -- '\n-- what dc%s-%s knows\n' "$site" "$node"
      table "$site" "$node" || true
    done
  done
}

# ---- the end, whatever the way to it

clean_up() {
  local left
  stop_bounded
  stop_load
  if [ -n "$prepare_pid" ]; then
    kill "$prepare_pid" 2>/dev/null
    wait "$prepare_pid" 2>/dev/null
  fi
  if [ "$started" = yes ]; then
    # shellcheck disable=SC2046
    docker kill $(docker ps -q --filter "label=com.docker.compose.project=$project") >/dev/null 2>&1
    compose down -v -t 2 >"$work/down.log" 2>&1 || { cat "$work/down.log" && not_ok "Compose could not take everything down"; }
    left=$(docker ps -a -q --filter "label=com.docker.compose.project=$project" | wc -l)
    left+=$(docker network ls -q --filter "label=com.docker.compose.project=$project" | wc -l)
    left+=$(docker volume ls -q --filter "label=com.docker.compose.project=$project" | wc -l)
    expect "containers, networks, volumes left" 000 "$left"
    if [ "$own_engine" = no ]; then docker rmi "$GROUTER_IMAGE" "$GROUTER_IMAGE-sim" "$GROUTER_IMAGE-nats" >/dev/null || true; fi
  fi
  if [ "$own_engine" = yes ]; then
    check "nothing of the engine is left" stop_engine
  fi
  rm -rf "$work"
}

end() {
  local code=$?
  exec 1>&5 2>&6 # an interrupt may have come while they led elsewhere
  trap - EXIT
  trap '' INT TERM
  set +e
  if [ "$code" != 0 ] && [ "$started" = yes ]; then evidence; fi
  phase "taking everything down"
  clean_up
  phase
  printf '\n'
  printf '%s\n' "${phases[@]}"
  [ "$wrong" = 0 ] || [ "$code" != 0 ] || code=1
  if [ "$code" = 0 ]; then echo "all as it should be, after $SECONDS s"; else echo "FAILED: $wrong checks, exit code $code"; fi
  exit "$code"
}

exec 5>&1 6>&2
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

case ${1:-} in
  '' | --own-engine) ;;
  *) echo "usage: docker/verify.sh [--own-engine]" >&2 && exit 2 ;;
esac

# ---- an engine and a base image

engine_can_be_used() {
  timeout -k 2 10 docker version >/dev/null 2>&1 || return 1
  docker image inspect "$base" >/dev/null 2>&1 || docker pull -q "$base" >/dev/null 2>&1
}

# Beside other things, which mostly wait for packages.
prepare_in_background() {
  "$home/docker/prepare" >"$work/prepare.log" 2>&1 &
  prepare_pid=$!
}

build_options=()
if [ "${1:-}" != --own-engine ] && engine_can_be_used; then
  phase "the engine that runs here"
  find_compose || fail "no Docker Compose found; install docker-compose or the Compose plugin"
  echo "   $(docker version -f 'engine {{.Server.Version}}')"
  prepare_in_background
else
  phase "an engine of our own"
  own_engine=yes
  install_missing
  find_compose || fail "no Docker Compose found, although it was installed"
  prepare_in_background
  start_engine
  build_options=(--network host) # its containers reach nobody else; builds have to
  phase "a base image from Debian's packages"
  make_base bookworm "$base"
fi
curl --rate 1/s -V >/dev/null 2>&1 || fail "curl 7.84 or newer is needed"

phase "jar, keys, certificates, configurations"
wait "$prepare_pid" || {
  prepare_pid=
  cat "$work/prepare.log" >&2
  fail "docker/prepare failed; see above"
}
prepare_pid=

phase "images"
for target in nats sim grouter; do
  image=$GROUTER_IMAGE
  [ "$target" = grouter ] || image+=-$target
  bounded 400 docker build "${build_options[@]}" --build-arg "BASE=$base" -f "$home/docker/Dockerfile" --target "$target" \
    -t "$image" "$home" >"$work/build.log" 2>&1 || {
    tail -n 30 "$work/build.log" >&2
    fail "cannot build the image $target; see above"
  }
done
ok "$(docker images --format '{{.Repository}} {{.Size}}' | grep "^$GROUTER_IMAGE" | sort | paste -sd ,)"

# ---- the checks

phase "start"
started=yes
compose up -d --no-build >"$work/up.log" 2>&1 || {
  tail -n 20 "$work/up.log" >&2
  fail "Compose could not start everything; see above"
}
if [ "$own_engine" = yes ]; then separate_networks; fi

all_healthy() {
  [ "$(docker ps -q --filter "label=com.docker.compose.project=$project" --filter health=healthy | wc -l)" = 12 ]
}

in_time "every node knows every route of every site, and is ready" 150 all_equal
in_time "all 12 containers are healthy" 90 all_healthy

phase "hardening"
root_is_read_only() {
  [ "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}}' "$1")" = true ] \
    && ! docker exec "$1" bash -c 'touch /made || touch /opt/made || touch /tmp/made' 2>/dev/null
}
runs_as_nobody_special() {
  docker exec "$1" bash -c 'while read -r key real effective _; do [ "$key" != Uid: ] || break; done </proc/1/status
    [ "$real" -ge 10001 ] && [ "$effective" -ge 10001 ]'
}
for id in $(docker ps -q --filter "label=com.docker.compose.project=$project"); do
  name=$(docker inspect -f '{{index .Config.Labels "com.docker.compose.service"}}' "$id")
  if ! root_is_read_only "$id"; then not_ok "$name: its root file system can be written to"; fi
  if ! runs_as_nobody_special "$id"; then not_ok "$name: its process is root's"; fi
done
[ "$wrong" = 0 ] || exit 1
ok "no container can write to its root file system, none runs as root"
expect "Java's native parts are loaded, though /tmp cannot be written to" yes \
  "$(docker exec "$(container dc1-1)" bash -c 'grep -q netty_transport_native_epoll /proc/1/maps && echo yes' || true)"
check "the same JVM flags as the launcher's" docker exec "$(container dc1-1)" grep -q ExitOnOutOfMemoryError /proc/1/cmdline

phase "requests"
for site in "${sites[@]}"; do
  other=$((site % 3 + 1))
  for node in "${nodes[@]}"; do
    expect "dc$site-$node: an app that runs here" "200 " "$(answer "$(request_url "${apps[$site]}" "$site" "$node")")"
    expect "dc$site-$node: an app of dc$other" "307 $(request_url "${apps[$other]}" "$other" 1 "$other")" \
      "$(answer "$(request_url "${apps[$other]}" "$site" "$node")")"
    expect "dc$site-$node: the same, followed" "${apps[$other]} in dc$other" \
      "$(curl -s -L -m 10 "$(request_url "${apps[$other]}" "$site" "$node")" | sed -n '1s/,.*//p')"
    # shellcheck disable=SC2016
    expect "dc$site-$node: a POST for it, relayed" "200 ${apps[$other]} in dc$other" \
      "$(curl -s -m 10 -d a=1 -w '\n%{http_code}' "$(request_url "${apps[$other]}" "$site" "$node")" \
        | sed -n '1{s/,.*//;h};${G;s/\n/ /p}')"
    expect "dc$site-$node: an app nobody has" "404 " "$(answer "$(request_url nobody "$site" "$node")")"
  done
done
[ "$wrong" = 0 ] || exit 1

phase "the network between dc3 and the others is cut"
for site in "${sites[@]}"; do
  load hello "$site" 1 close
  load hello "$site" 2 keep
  load "${apps[$site]}" "$site" 1 keep
done
sleep 2
cut_off 3
in_time "dc1 hears nothing from dc3" 20 sees 1 3 'SUSPECT|STALE'
in_time "dc3 hears nothing from dc2" 20 sees 3 2 'SUSPECT|STALE'
expect "dc1 hears dc2 all the same" yes "$(sees 1 2 FRESH && echo yes)"
sleep 5
check "clients noticed nothing" load_report

phase "the network is back"
for site in "${sites[@]}"; do load hello "$site" 1 close; done
connect_again 3
in_time "all tables are equal again" 60 all_equal
sleep 2
check "clients noticed nothing" load_report

phase "all of dc2 is lost"
load hello 1 1 close
load hello 1 2 keep
load news 1 1 keep
load hello 3 1 close
load hello 3 2 keep
sleep 2
lose 2
in_time "dc1 hears nothing from dc2" 20 sees 1 2 'SUSPECT|STALE'
in_time "dc3 hears nothing from dc2" 20 sees 3 2 'SUSPECT|STALE'
for _ in 1 2 3; do
  expect "an app of dc1 and dc2, asked for in dc3" "307 $(request_url news 1 1 1)" "$(answer "$(request_url news 3)")"
done
sleep 3
check "clients of the other sites noticed nothing" load_report

phase "dc2 is back"
load hello 1 1 close
load hello 3 1 close
bring_back 2
in_time "all tables are equal again" 120 all_equal
in_time "all 12 containers are healthy" 90 all_healthy
check "clients of the other sites noticed nothing" load_report
expect "an app of dc2, asked for in dc1, followed" "200 " "$(answer "$(request_url billing 1)" -L)"

phase "a node is told to stop"
load hello 1 1 close
node=$(container dc1-2)
docker stop -t 15 "$node" >/dev/null
expect "its exit code" 0 "$(docker inspect -f '{{.State.ExitCode}}' "$node")"
sleep 1
check "clients of the other node noticed nothing" load_report

[ "$wrong" = 0 ] || exit 1
