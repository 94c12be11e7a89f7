# What demo.sh and verify.sh have in common: the sites of docker-compose.yml, how to ask them and how to break them.
# Sourced; wants $project, the name of the Compose project. Every command to the engine has a time limit.
# shellcheck shell=bash

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
: "${project:?}"
net=${GROUTER_NET:-10.213}
ports=${GROUTER_PORTS:-18}
sites=(1 2 3)
nodes=(1 2)
# shellcheck disable=SC2034 # for those who source this
apps=([1]=orders [2]=billing [3]=search) # the app that runs in one site alone

docker() { timeout -k 5 120 docker "$@"; }

bounded_pid=

# bounded SECONDS COMMAND...: with a time limit, and so that the script hears an interrupt meanwhile
bounded() {
  timeout -k 5 "$@" &
  bounded_pid=$!
  local code=0
  wait "$bounded_pid" || code=$?
  bounded_pid=
  return "$code"
}

# Ends what an interrupt left running.
stop_bounded() {
  [ -n "$bounded_pid" ] || return 0
  kill "$bounded_pid" 2>/dev/null || true
  wait "$bounded_pid" 2>/dev/null || true
  bounded_pid=
}

# Finds Compose, version 2 or 1.
find_compose() {
  if docker compose version >/dev/null 2>&1; then
    compose_command=(docker compose)
  elif command -v docker-compose >/dev/null; then
    compose_command=(docker-compose)
  else
    return 1
  fi
}

compose() {
  local command=("${compose_command[@]}" -f "$home/docker/docker-compose.yml" -p "$project" "$@")
  bounded 600 "${command[@]}"
}

# ---- asking

# request_url APP SITE [NODE] [ALIAS_SITE]
request_url() { echo "http://$1.${4:+dc$4.}apps.localhost:${ports}${2}0${3:-1}/"; }

# admin SITE NODE PATH
admin() { curl -s -m 5 "http://127.0.0.1:${ports}${1}5${2}$3"; }

# answer URL [CURL OPTIONS]: status code, and where to if it is a redirect
answer() {
  local url=$1
  shift
  curl -s -o /dev/null -m 10 -w '%{http_code} %{redirect_url}' "$@" "$url" || true
}

# table SITE NODE: a line for each route this node knows, with the sites that have it and how many instances; sites that
# are not to be trusted are marked
table() {
  admin "$1" "$2" /v1/routes | awk -F'"' -v sites="${#sites[@]}" '
    function flush(i) {
      if (route != "") {
        for (i = 1; i <= sites; i++) route = route held["dc" i]
        print route
      }
      delete held
    }
    $2 == "route" { flush(); route = $4 }
    $2 == "site" { site = $4 }
    $2 == "instances" { count = $3; gsub(/[^0-9]/, "", count); held[site] = " " site ":" count }
    $2 == "freshness" && $4 != "LOCAL" && $4 != "FRESH" { held[site] = held[site] "(" $4 ")" }
    END { flush() }' | LC_ALL=C sort
}

whole_table() {
  cat <<'EOF'
*.tenants.apps.localhost dc1:1
billing.apps.localhost dc2:2
hello.apps.localhost dc1:2 dc2:2 dc3:2
hello.apps.localhost/v2 dc3:1
news.apps.localhost dc1:1 dc2:1
orders.apps.localhost dc1:2
search.apps.localhost dc3:2
EOF
}

# Whether every node knows every route of every site, trusts all of them and is ready.
all_equal() {
  local site node expected
  expected=$(whole_table)
  for site in "${sites[@]}"; do
    for node in "${nodes[@]}"; do
      [ "$(table "$site" "$node")" = "$expected" ] || return 1
      [ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' "http://127.0.0.1:${ports}${site}5${node}/ready")" = 200 ] || return 1
    done
  done
}

# sees SITE OTHER FRESHNESS: whether all nodes of a site find another one so (FRESH, SUSPECT, STALE)
sees() {
  local node
  for node in "${nodes[@]}"; do
    admin "$1" "$node" /v1/sites | awk -F'"' -v site="dc$2" -v wanted="$3" '
      $2 == "site" { now = $4 }
      $2 == "freshness" && now == site { found = $4 ~ wanted }
      END { exit !found }' || return 1
  done
}

# await SECONDS COMMAND...: until the command succeeds; fails when it does not in time
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.5
  done
}

# ---- breaking and mending

# container SERVICE: its id
container() {
  docker ps -a -q --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1"
}

# of_site SITE: the ids of everything in a site
of_site() {
  local part
  for part in nats sim "${nodes[@]}"; do
    container "dc$1-$part"
  done
}

# cut_off SITE: its nodes lose the network between the sites
cut_off() {
  local node
  for node in "${nodes[@]}"; do
    docker network disconnect "${project}_wan" "$(container "dc$1-$node")"
  done
}

# connect_again SITE
connect_again() {
  local node
  for node in "${nodes[@]}"; do
    docker network connect --ip "$net.0.$1$node" "${project}_wan" "$(container "dc$1-$node")"
  done
}

# lose SITE: everything in it stops at once
lose() {
  local ids
  mapfile -t ids < <(of_site "$1")
  docker kill "${ids[@]}" >/dev/null
}

# bring_back SITE
bring_back() {
  local ids
  mapfile -t ids < <(of_site "$1")
  docker start "${ids[@]}" >/dev/null
}

# ---- a constant load, to see what clients notice

load_folder=
declare -A load_pids=()

# load APP SITE NODE close|keep: asks ten times a second from now on, over a new connection each time or over one
load() {
  local name="$1 at dc$2-$3" head=()
  [ "$4" = close ] && head=(-H 'Connection: close')
  [ -n "$load_folder" ] || load_folder=$(mktemp -d)
  curl -s -o /dev/null -m 10 --rate 10/s -w '%{stderr}%{http_code} %{errormsg}\n' "${head[@]}" \
    "$(request_url "$1" "$2" "$3")?[1-1000000]" 2>"$load_folder/$name" &
  load_pids[$name]=$!
}

stop_load() {
  local pid
  for pid in "${load_pids[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  load_pids=()
}

# load_report: ends the load; a line for each client, and after it what went wrong; fails when a request did, or when
# a client asked suspiciously little
load_report() {
  local file asked failed bad=0
  stop_load
  for file in "$load_folder"/*; do
    asked=$(grep -c '^[0-9]' "$file" || true)
    failed=$(grep '^[0-9]' "$file" | grep -vc '^200 ' || true)
    printf '   %-22s %5d requests, %d failed\n' "${file##*/}" "$asked" "$failed"
    if [ "$failed" -gt 0 ] || [ "$asked" -lt 20 ]; then
      bad=1
      grep -v '^200 ' "$file" | sort | uniq -c | head -n 5
    fi
  done
  rm -rf "$load_folder"
  load_folder=
  return "$bad"
}
