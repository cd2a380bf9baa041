#!/bin/sh
# Starts a packaged service once, and archives the classes that it has loaded in FOLDER/classes.jsa:
#
#   archive-classes.sh FOLDER [JVM OPTION…]
#
# A start with -XX:SharedArchiveFile=FOLDER/classes.jsa needs about 0.8 s less of processor time. The
# archive fits this JVM and these jars at this path. Java ignores it elsewhere, and with a heap of more
# than 30 GiB. Needs curl.
set -eu
app=$(cd "$1" && pwd)
shift
work=$(mktemp -d)
service=
fail() {
  cat "$work/log" >&2
  echo "archive-classes.sh: $1; the log of the service is above" >&2
  exit 1
}
trap 'if [ -n "$service" ]; then kill "$service" || true; fi; rm -rf "$work"' EXIT
cd "$work"
rm -f "$app/classes.jsa"
: >"$work/log"
# The system chooses a free port, because some builders share the network with their machine.
VANILLANET_REPOSITORY="$work/models" VANILLANET_DEVICE=cpu \
  QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=0 \
  java -XX:ArchiveClassesAtExit="$app/classes.jsa" -Djava.io.tmpdir="$work" \
  --enable-native-access=ALL-UNNAMED "$@" -jar "$app/quarkus-run.jar" serve >"$work/log" 2>&1 &
service=$!
attempts=600 # about 300 s
until port=$(sed -n 's/.*ready: port \([0-9]*\).*/\1/p' "$work/log") && test -n "$port" &&
  curl --fail --silent --output /dev/null "http://127.0.0.1:$port/q/health/ready"; do
  kill -0 $service 2>/dev/null || fail "the service ended before it was ready"
  attempts=$((attempts - 1))
  test $attempts -gt 0 || fail "the service was not ready within about 300 s"
  sleep 0.5
done
kill $service
status=0
wait $service || status=$?
service=
test $status -eq 143 || fail "the service ended with status $status, expected 143 after SIGTERM"
test -s "$app/classes.jsa" || fail "Java has written no archive"
