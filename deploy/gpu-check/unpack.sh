#!/bin/sh
# Checks VanillaNet artifacts on a GPU. --help lists the options. A Java runtime, the classes that
# write the artifacts, and the check are appended after the last line. They are unpacked to a
# temporary folder, which is deleted at the end. PYTHON names a Python interpreter with torch.
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
