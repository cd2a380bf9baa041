#!/usr/bin/env bash
# Builds the GPU check as one file. It runs on a machine with a GPU and PyTorch, without a JDK.
#   build.sh [FILE]      default: target/vanillanet-gpu-check.sh
# Needs JDK 17 or later in PATH or in JAVA_HOME.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
file="${1:-$root/target/vanillanet-gpu-check.sh}"
jdk="${JAVA_HOME:+$JAVA_HOME/bin/}"

stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT

# Compiles WriteArtifact and the classes that it uses. There is no class path, so the compiler enforces
# that they need only the JDK.
"${jdk}javac" --release 17 -proc:none -implicit:class -d "$stage/kit/classes" \
  --source-path "$root/src/main/java" "$here/WriteArtifact.java"

# They need only java.base. The runtime is not compressed, because gzip below compresses better.
"${jdk}jlink" --add-modules java.base --strip-java-debug-attributes \
  --no-header-files --no-man-pages --output "$stage/kit/runtime"

cp "$here"/{check,measure,service,table}.py "$stage/kit/"
mkdir -p "$(dirname "$file")"
{
  cat "$here/unpack.sh"
  # These options make the archive reproducible.
  tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
    --directory "$stage/kit" . | gzip --no-name --best
} > "$file"
chmod +x "$file"
echo "$file: $(($(stat --format=%s "$file") / 1000000)) MB"
