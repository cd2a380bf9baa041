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
trap 'if [ -n "$service" ]; then kill "$service" || true; fi; rm -rf "$work"' EXIT
cd "$work"
rm -f "$app/classes.jsa"
# The port is random, because some builders share the network with their machine.
port=$(shuf -i 20000-30000 -n 1)
VANILLANET_REPOSITORY="$work/models" VANILLANET_DEVICE=cpu \
  QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$port" \
  java -XX:ArchiveClassesAtExit="$app/classes.jsa" -Djava.io.tmpdir="$work" \
  --enable-native-access=ALL-UNNAMED "$@" -jar "$app/quarkus-run.jar" serve &
service=$!
attempts=240
until curl --fail --silent --output /dev/null "http://127.0.0.1:$port/q/health/ready"; do
  attempts=$((attempts - 1))
  test $attempts -gt 0
  kill -0 $service
  sleep 0.5
done
kill $service
status=0
wait $service || status=$?
service=
test $status -eq 143 # after SIGTERM
test -s "$app/classes.jsa"
