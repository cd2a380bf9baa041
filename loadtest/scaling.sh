# Part scaling of run.sh: what the autoscaler would ask for at several loads. A real Prometheus scrapes
# the service and evaluates the rules of deploy/prometheus, whose series the autoscalers read. Needs
# prometheus.
#
#   SCALING_SECONDS=75       length of each load; the queries look back one minute
#   SCALING_MODELS="1 2 9"   numbers of models, which get the same number of requests each

prometheus=
prometheus_port=$((port + 1))
prometheus_url=http://127.0.0.1:$prometheus_port

# Starts a Prometheus that sets the labels that Kubernetes would set.
start_prometheus() {
  local folder=$work/prometheus
  rm -rf "$folder"
  mkdir "$folder"
  cat > "$folder/prometheus.yml" << YAML
global: {scrape_interval: 15s}
rule_files: [$(realpath ../deploy/prometheus/rules.yaml)]
scrape_configs:
  - job_name: serving
    metrics_path: /q/metrics
    static_configs:
      - targets: ["127.0.0.1:$port"]
        labels: {namespace: loadtest, service: serving, pod: serving-1}
YAML
  taskset -c "$client_cpu" prometheus --config.file="$folder/prometheus.yml" \
    --storage.tsdb.path="$folder/data" --web.listen-address="127.0.0.1:$prometheus_port" \
    > "$work/prometheus.log" 2>&1 &
  prometheus=$!
  until curl --silent --fail --output /dev/null "$prometheus_url/-/ready"; do
    if ! kill -0 "$prometheus" 2> /dev/null; then
      echo "Prometheus did not start, see $work/prometheus.log" >&2
      exit 2
    fi
    sleep 0.5
  done
}

stop_prometheus() {
  if [ -n "$prometheus" ]; then
    kill "$prometheus" 2> /dev/null || true
    wait "$prometheus" 2> /dev/null || true
    prometheus=
  fi
}

# Prints the value of a series at a time: series NAME SECONDS
series() {
  curl --silent --fail --get --data-urlencode "query=$1" --data "time=$2" \
    "$prometheus_url/api/v1/query" | sed -n 's/.*"value":\[[^,]*,"\([^"]*\)".*/\1/p'
}

# Prints a number of the chart's values: chart_value NAME
chart_value() { sed -n "s/^  $1: *\([0-9]*\)$/\1/p" ../helm/values.yaml; }

# The autoscaler's rule for one replica: the larger of the two results, and no change within 10 %. The
# target of waiting images is three eighths of the queue.
asked() {
  awk -v busy="$1" -v waiting="$2" -v percent="$(chart_value busyPercent)" 'BEGIN {
      first = busy / (percent / 100)
      second = waiting / 24
      most = first > second ? first : second
      print most < 1.1 ? 1 : int(most) + (most > int(most))
    }'
}

# Measures the loads with the models in a folder: scale_with FOLDER
scale_with() {
  local models count load ended busy waiting
  models=$(cd "$1" && echo vanillanet-* | tr ' ' ',')
  count=$(find "$1" -mindepth 1 -maxdepth 1 -name 'vanillanet-*' | wc -l)
  start VANILLANET_REPOSITORY="$1"
  sleep "$settle"
  simulate CapacitySimulation -Dmodel="$models"
  capacity=$(cat "$work/capacity")
  for load in 0.1 0.3 0.6 0.9 1.6; do
    simulate LoadSimulation -Dmodel="$models" -Dcapacity="$capacity" -Dload="$load" \
      -Dseconds="${SCALING_SECONDS:-75}"
    ended=$(cat "$work/ended")
    busy=$(series vanillanet_busy_pods "$ended")
    waiting=$(series vanillanet_waiting_images "$ended")
    printf 'models %d, load %s: busy %.2f, waiting %.1f images, the autoscaler asks for %d\n' \
      "$count" "$load" "$busy" "$waiting" "$(asked "$busy" "$waiting")" | tee -a "$work/scaling"
  done
  stop
}

scaling() {
  local count folder
  : > "$work/scaling"
  if [ ! -d "$work/family/vanillanet-13" ]; then
    start VANILLANET_REPOSITORY="$work/family" \
      VANILLANET_SEEDED_MODELS="$(seq -f 'vanillanet_%g' -s , 5 13)"
    stop
  fi
  start_prometheus
  for count in ${SCALING_MODELS:-1 2 9}; do
    folder=$work/scaling-$count
    rm -rf "$folder"
    mkdir "$folder"
    for depth in $(seq 5 $((4 + count))); do
      cp -r "$work/family/vanillanet-$depth" "$folder"
    done
    scale_with "$folder"
  done
  stop_prometheus
  cat "$work/scaling"
}
