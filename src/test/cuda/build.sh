#!/usr/bin/env bash
# Compiles stand-ins for the libraries of CUDA that a libtorch needs: build.sh LIBTORCH OUT
#
#   LIBTORCH  folder with libtorch_cuda.so and the libraries beside it
#   OUT/cuda    the libraries of CUDA; OUT/driver  libcuda.so.1; OUT/nvrtc  libcaffe2_nvrtc.so
#
# Needs gcc, nm and readelf.
set -euo pipefail
libtorch=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out/cuda" "$out/driver" "$out/nvrtc"
imports=$out/imports
for library in "$libtorch"/lib*.so; do
  nm -D --undefined-only "$library"
done | awk '{ print $NF }' | sort -u > "$imports"

# The libraries of CUDA that are not part of libtorch.
needed=$(for library in "$libtorch"/lib*.so; do readelf -d "$library"; done |
  sed -n 's/.*(NEEDED).*\[\(libcu[a-zA-Z]*\.so\.[0-9]*\)\]/\1/p' | sort -u)
for name in $needed; do
  source=$out/${name%%.so*}.c
  own=$here/${name%%.so*}.c
  own=${own/libcudart/cudart}
  : > "$source"
  # A version, because libtorch imports for example cublasCreate_v2@libcublas.so.12.
  printf '%s { global: *; };\n' "$name" > "$out/versions"
  error=1
  if [ -f "$own" ]; then
    cat "$own" > "$source"
    error=35
  fi
  sed -n "s/@$name\$//p" "$imports" | while read -r symbol; do
    if ! grep -q "\b$symbol(" "$source"; then
      printf 'long %s(void) { return %d; }\n' "$symbol" "$error" >> "$source"
    fi
  done
  gcc -shared -fPIC -w -Wl,-soname,"$name" -Wl,--version-script="$out/versions" \
    -o "$out/cuda/$name" "$source"
done
# The engine counts devices with a library of this name.
ln -sf libcudart.so.12 "$out/cuda/libcudart.so"
gcc -shared -fPIC -Wl,-soname,libcuda.so.1 -o "$out/driver/libcuda.so.1" "$here/cuda.c"
gcc -shared -fPIC -Wl,-soname,libcaffe2_nvrtc.so -o "$out/nvrtc/libcaffe2_nvrtc.so" "$here/nvrtc.c" \
  "$out/driver/libcuda.so.1"
