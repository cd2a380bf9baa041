#!/usr/bin/env bash
# Packs the kit into one file that runs where there is a GPU and Python's torch, but no JDK.
#   build.sh [FILE]      FILE is target/vanillanet-gpu-check.sh unless told
# Needs a JDK 17 or later on the PATH, or in JAVA_HOME.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
file="${1:-$root/target/vanillanet-gpu-check.sh}"
jdk="${JAVA_HOME:+$JAVA_HOME/bin/}"
sources="$root/src/main/java/io/github/vanillanet"

stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT

# These packages import nothing but the JDK and each other: no class path is given, so it stays so.
"${jdk}javac" --release 17 -proc:none -d "$stage/kit/classes" \
  "$here/WriteArtifact.java" \
  "$sources"/error/*.java "$sources"/checkpoint/*.java "$sources"/network/*.java

# java.base is all that they need. The image stays uncompressed: gzip does better over the whole.
"${jdk}jlink" --add-modules java.base --strip-java-debug-attributes \
  --no-header-files --no-man-pages --output "$stage/kit/runtime"

cp "$here/check.py" "$stage/kit/"
mkdir -p "$(dirname "$file")"
{
  cat "$here/unpack.sh"
  # The same input gives the same bytes.
  tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
    --directory "$stage/kit" . | gzip --no-name --best
} > "$file"
chmod +x "$file"
echo "$file: $(($(stat --format=%s "$file") / 1000000)) MB"
