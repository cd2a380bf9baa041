#!/usr/bin/env bash
# Load test: starts the packaged service on one processor, sends requests from another, and prints the
# results. All files are below loadtest/target, Gatling's reports in loadtest/target/gatling. See
# docs/performance.md for an explanation of the parts.
#
#   SECONDS_EACH=30     length of each phase
#   SETTLE=90           seconds of idle time after the service is ready; it warms itself up meanwhile
#   PORT=18480          port of the service, on the loopback interface
#   SERVICE_CPU=0       CLIENT_CPU=1
#   JAR=FILE            the packaged service; default: target/quarkus-app/quarkus-run.jar
#   PARTS="overhead …"  any of: overhead latency storm retry swap ramp int8 memory scaling; default: all but
#                       scaling, which takes 40 minutes
#
# Exits with 1 if a ratio misses its goal.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${SECONDS_EACH:-30}
settle=${SETTLE:-90}
port=${PORT:-18480}
service_cpu=${SERVICE_CPU:-0}
client_cpu=${CLIENT_CPU:-1}
jar=$(realpath "${JAR:-../target/quarkus-app/quarkus-run.jar}")
parts=${PARTS:-overhead latency storm retry swap ramp int8 memory}
work=$PWD/target
url=http://127.0.0.1:$port
password=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
service=
missed=0

if ! taskset -c "$service_cpu,$client_cpu" true; then
  echo "processors $service_cpu and $client_cpu are not available; set SERVICE_CPU and CLIENT_CPU" >&2
  exit 2
fi
if [ ! -f "$jar" ]; then
  echo "$jar does not exist; run mvn -DskipTests package first" >&2
  exit 2
fi

wanted() { [[ " $parts " == *" $1 "* ]]; }

# Starts the service with the settings given as NAME=VALUE and waits until it is ready.
start() {
  # taskset replaces itself with the JVM, so the process id is that of the JVM
  env QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$port" \
    QUARKUS_SECURITY_USERS_EMBEDDED_USERS_LOADTEST="$password" \
    QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_LOADTEST=admin \
    "$@" taskset -c "$service_cpu" java -jar "$jar" >> "$work/service.log" 2>&1 &
  service=$!
  local attempts=1200
  until curl --silent --fail --output /dev/null "$url/q/health/ready"; do
    attempts=$((attempts - 1))
    if [ $attempts = 0 ] || ! kill -0 "$service" 2> /dev/null; then
      echo "the service did not become ready, see $work/service.log" >&2
      exit 2
    fi
    sleep 0.5
  done
}

stop() {
  if [ -n "$service" ]; then
    kill "$service" 2> /dev/null || true
    wait "$service" 2> /dev/null || true
    service=
  fi
}
. ./scaling.sh
trap 'stop; stop_prometheus' EXIT

# Prints the resident memory of the service in MiB.
resident() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$service/status"; }

# Prints a ratio and compares it with its limit: at_most WHAT FOUND LIMIT
at_most() {
  awk -v what="$1" -v found="$2" -v bound="$3" 'BEGIN {
    missed = found == "" || found > bound
    printf "%s %s: %.3f, at most %.3f\n", missed ? "MISS" : "ok  ", what, found, bound
    exit missed
  }' || missed=1
}

# Prints the forward time in ms that the service measured when it loaded the model: batch1 MODEL
batch1() {
  curl --silent --fail "$url/models/$1" | sed -n 's/.*"batch1_latency_ms":\([0-9.]*\).*/\1/p'
}

# Runs a Gatling simulation: simulate NAME -Dx=y …
simulate() {
  local name=$1
  shift
  echo
  echo "== $name $*"
  local log=$work/$name.log
  if ! taskset -c "$client_cpu" mvn --batch-mode --quiet gatling:test \
    -Dgatling.simulationClass="io.github.vanillanet.loadtest.$name" \
    -Dgatling.runDescription="$*" \
    -Dservice="$url" -Dseconds="$seconds" -Dresults="$work" -Dpassword="$password" "$@" \
    > "$log" 2>&1; then
    missed=1
  fi
  grep -E '^(ok  |MISS|swaps) |^ +(whole|rejected) |^[^ ].* requests, ' "$log" || tail -20 "$log"
}

mkdir -p "$work"
: > "$work/service.log"
mvn --batch-mode --quiet test-compile

echo "processor: $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)," \
  "service on $service_cpu, client on $client_cpu; load before: $(cut -d' ' -f1-3 /proc/loadavg)"

models=$work/models
if [ ! -d "$models/vanillanet-5/2" ]; then
  start VANILLANET_REPOSITORY="$models" \
    VANILLANET_SEEDED_MODELS=vanillanet_5,vanillanet_9,vanillanet_13
  stop
  cp -r "$models/vanillanet-5/1" "$models/vanillanet-5/2" # for the swaps
fi

alone=$work/alone
if [ ! -d "$alone" ]; then
  mkdir "$alone"
  cp -r "$models/vanillanet-5" "$alone"
fi

capacity() {
  simulate CapacitySimulation
  capacity=$(cat "$work/capacity")
}

# Five times the capacity, and the memory afterwards: storm [-Dretry=true]
storm() {
  local before after
  before=$(resident)
  simulate StormSimulation -Dcapacity="$capacity" -Dbudget="$budget" "$@"
  after=$(resident)
  echo "resident memory: $before MiB before the storm, $after MiB after it"
  at_most "resident after the storm / before it" "$(awk "BEGIN { print $after / $before }")" 1.1
}

# Sends one request after the other: overhead [-Dmodel=…]
overhead() {
  echo
  echo "== one request after the other $*"
  taskset -c "$client_cpu" java -cp target/test-classes -Dservice="$url" "$@" \
    io.github.vanillanet.loadtest.Overhead
}

# The same with a server that does the minimum
bare_overhead() {
  : > "$work/bare.log"
  taskset -c "$service_cpu" java -cp target/test-classes -Dport="$port" \
    io.github.vanillanet.loadtest.BareServer > "$work/bare.log" 2>&1 &
  service=$!
  until grep -q listening "$work/bare.log"; do
    if ! kill -0 "$service" 2> /dev/null; then
      echo "the bare server did not start, see $work/bare.log" >&2
      exit 2
    fi
    sleep 0.1
  done
  overhead -Dmodel=bare
  stop
}

loaded=
if wanted latency || wanted storm || wanted retry || wanted swap; then
  loaded=yes
fi

if wanted overhead; then
  bare_overhead
fi

if [ -n "$loaded" ] || wanted overhead; then
  start VANILLANET_REPOSITORY="$alone"
  sleep "$settle"
  if wanted overhead; then
    overhead
  fi
  if [ -n "$loaded" ]; then
    capacity
    budget=$(awk "BEGIN { print 8000 / $capacity }")
  fi
  if wanted latency; then
    simulate LatencySimulation -Dcapacity="$capacity"
  fi
  if wanted storm; then
    storm
  fi
  if wanted retry; then
    storm -Dretry=true
  fi
  if wanted swap; then
    simulate SwapSimulation -Dcapacity="$capacity"
  fi
  stop
fi

if wanted ramp; then
  start VANILLANET_REPOSITORY="$models" \
    VANILLANET_GROUPS_FAMILY=vanillanet-5,vanillanet-9,vanillanet-13
  sleep "$settle"
  capacity
  budget=$(awk "BEGIN { print 4 * $(batch1 vanillanet-13) }")
  simulate RampSimulation -Dmodel=family -Ddeepest=vanillanet-13 \
    -Dcapacity="$capacity" -Dbudget="$budget"
  stop
fi

# Prints the share of images that were computed again in float32. None means that the part measured
# nothing of the safety net.
recomputed() {
  curl --silent --fail "$url/q/metrics" | awk '
    /^vanillanet_checked_images_total/ { images += $2 }
    /^vanillanet_checked_images_total.*check="recomputed"/ { again += $2 }
    /^vanillanet_checked_images_total.*check="unchecked"/ { unchecked += $2 }
    END {
      printf "%s computed again in float32: %.2f %% of %d images; %d uncertain ones unchecked\n",
        again ? "ok  " : "MISS", images ? 100 * again / images : 0, images, unchecked
      exit !again
    }' || missed=1
}

# The included model, once in each precision. It computes some int8 answers again in float32, so that its
# longest answers take both times. Few photos have close classes: it takes hundreds of different ones to
# get about the share of real pictures.
if wanted int8; then
  for precision in float32 int8; do
    echo
    echo "== the included model in $precision"
    start VANILLANET_REPOSITORY="$work/included" VANILLANET_PRECISION="$precision"
    sleep "$settle"
    included=(-Dphotos=400 "-Dmodel=$(ls "$work/included")")
    simulate CapacitySimulation "${included[@]}"
    capacity=$(cat "$work/capacity")
    budget=$(awk "BEGIN { print 8000 / $capacity }")
    tail=$([ $precision = int8 ] && echo 2 || echo 1)
    simulate LatencySimulation "${included[@]}" -Dcapacity="$capacity" -Dtail="$tail"
    storm "${included[@]}"
    if [ $precision = int8 ]; then
      recomputed
    fi
    stop
  done
fi

# Measures the memory in MiB of all models in a repository, with the settings of the images:
# weigh FOLDER PHOTOS sets unused, and used after PHOTOS photos to each model
weigh() {
  start VANILLANET_REPOSITORY="$1" MALLOC_ARENA_MAX=1
  sleep 3
  unused=$(resident)
  # shellcheck disable=SC2046 # model names contain no blanks
  taskset -c "$client_cpu" java -cp target/test-classes -Dservice="$url" -Drounds="$2" \
    io.github.vanillanet.loadtest.Rounds $(ls "$1")
  used=$(resident)
  stop
}

# Compares the memory of the family with its weights: family_at_most WHEN BASE NINE
family_at_most() {
  echo "$1: base $2 MiB (embedded model), nine models $3 MiB, their weights $weights MiB"
  at_most "(nine models - base) / weights, $1" "$(awk "BEGIN { print ($3 - $2) / $weights }")" 1.2
}

if wanted scaling; then
  scaling
fi

if wanted memory; then
  echo
  echo "== resident memory of the family"
  weigh "$work/embedded" 180 # as many photos as nine models get, because the heap grows with requests
  base_unused=$unused
  base_used=$used
  family=$(seq -f 'vanillanet_%g' -s , 5 13)
  start VANILLANET_REPOSITORY="$work/family" VANILLANET_SEEDED_MODELS="$family"
  stop # publishing needs memory that serving does not
  weigh "$work/family" 20
  weights=$(find "$work/family" -name model.pt -printf '%s\n' |
    awk '{ s += $1 } END { printf "%.0f", s / 2^20 }')
  family_at_most "just loaded" "$base_unused" "$unused"
  family_at_most "after 20 photos to each" "$base_used" "$used"
fi
exit $missed
