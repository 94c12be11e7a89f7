#!/usr/bin/env bash
# Shows three sites in containers: a local request, a redirect, a relay, a cut link, a lost site, and how it all heals.
# Takes about two minutes and leaves nothing running; --keep leaves everything running. Needs a Docker engine, Compose,
# curl, openssl, and a JDK 17 with Maven for the jar.
set -euo pipefail
project=${GROUTER_PROJECT:-grouter}
# shellcheck source=docker/play.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/play.sh"

keep=no
case ${1:-} in
  '') ;;
  --keep) keep=yes ;;
  *)
    echo "usage: docker/demo.sh [--keep]" >&2
    exit 2
    ;;
esac

fail() {
  echo "docker/demo.sh: $*" >&2
  exit 1
}

tell() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() {
  printf '$ %s\n' "$*"
  "$@" || true
}

docker version >/dev/null 2>&1 || fail "no Docker engine answers; start one (Debian: apt-get install docker.io docker-compose), or let docker/verify.sh bring its own"
find_compose || fail "no Docker Compose found; install docker-compose or the Compose plugin"
curl --rate 1/s -V >/dev/null 2>&1 || fail "curl 7.84 or newer is needed, this is $(curl -V 2>/dev/null | head -n 1 || echo none)"

# shellcheck disable=SC2317 # called by the trap
end() {
  local code=$?
  exec 1>&5 2>&6 # an interrupt may have come while they led elsewhere
  trap - EXIT INT TERM
  stop_bounded
  stop_load
  if [ "$keep" = yes ] && [ "$code" = 0 ]; then
    tell "Everything is left running. To end it: ${compose_command[*]} -f docker/docker-compose.yml -p $project down -v"
  else
    tell "Taking everything down ..."
    compose down -v -t 5 >/dev/null 2>&1 || echo "could not take all of it down; see: docker ps -a" >&2
  fi
  exit "$code"
}

tell "Three datacentres are being started: in each a NATS server, two GoRouters with apps, and two Grouter nodes."
"$home/docker/prepare"
said="${GROUTER_GENERATED:-$home/docker/generated}/compose.log"
exec 5>&1 6>&2
trap end EXIT
trap 'exit 130' INT TERM
# One image after the other: the first builds what the others share.
compose up -d --build >/dev/null 2>"$said" || {
  tail -n 20 "$said" >&2
  fail "Compose could not start everything; all it said is in $said"
}
await 150 all_equal || fail "the sites do not know each other's apps after 150 s; see: docker logs CONTAINER"
tell "They have found each other. This is what a node in dc1 knows, though nobody told it of any app:"
table 1 1

tell "A request for an app that runs here is served here:"
show curl -si -m 10 "$(request_url orders 1)"

tell "billing runs in dc2 alone. Asked in dc1, Grouter sends the client there, with a redirect to a name of dc2 alone:"
show curl -siL -m 10 "$(request_url billing 1)"

tell "A POST is not sent around: dc1 hands it to dc2 itself, and back comes dc2's answer:"
show curl -si -m 10 -d 'amount=12' "$(request_url billing 1)"

tell "Now the network between dc3 and the others is cut, while clients ask in every site for the apps that run there."
for site in "${sites[@]}"; do
  load hello "$site" 1 close
  load "${apps[$site]}" "$site" 2 keep
done
cut_off 3
await 20 sees 1 3 'SUSPECT|STALE' && echo "dc1 has noticed that dc3 is silent. What it knew of dc3 it keeps:"
table 1 1 | grep dc3
sleep 5
tell "What the clients noticed of it:"
load_report || true

tell "The network is back:"
connect_again 3
if await 60 all_equal; then echo "all tables are equal again"; else echo "not yet, which is unusual; see: docker logs CONTAINER"; fi

tell "Now all of dc2 is lost at once, while clients ask in the other sites for apps that run there too."
load hello 1 1 close
load news 1 2 close
load hello 3 1 close
lose 2
await 20 sees 3 2 'SUSPECT|STALE' && echo "dc3 has noticed. news ran in dc1 and dc2; asked in dc3, it is now always dc1 that clients are sent to:"
for _ in 1 2 3; do
  answer "$(request_url news 3)"
  echo
done
tell "What the clients noticed of it:"
load_report || true

tell "dc2 comes back:"
bring_back 2
if await 90 all_equal; then
  echo "all tables are equal again, and billing is served:"
  answer "$(request_url billing 1)" -L
  echo
else
  echo "not yet, which is unusual; see: docker logs CONTAINER"
fi
