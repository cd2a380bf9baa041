#!/bin/sh
# Checks VanillaNet artifacts on a GPU; --help tells the options. Carries a Java runtime, the
# classes that write the artifacts and the check itself behind its last line, and unpacks them to a
# temporary folder that it removes again. PYTHON names the interpreter that has torch.
set -eu
kit="$(mktemp -d)"
trap 'rm -rf "$kit"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
sed '1,/^#### kit follows$/d' "$0" | tar --extract --gzip --directory "$kit"
status=0
"${PYTHON:-python3}" "$kit/check.py" --kit "$kit" "$@" || status=$?
exit "$status"
#### kit follows
