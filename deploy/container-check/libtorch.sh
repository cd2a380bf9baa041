#!/usr/bin/env bash
# Puts a libtorch for CUDA where PyTorch's image has its own: libtorch.sh FOLDER [MAVEN OPTION]...
#
# The libtorch is that of the Maven profile cuda-stub (635 MB). The libraries of CUDA are the stand-ins of
# src/test/cuda, so no GPU can be used. Needs Maven, a JDK and gcc.
set -euo pipefail

root="$(cd "$(dirname "$0")/../.." && pwd)"
site="$1/site"
shift
mkdir -p "$site/torch/lib" "$site/nvidia/cuda/lib" "$site/nvidia/blas/lib" "$site/../jars"
jars="$(cd "$site/../jars" && pwd)"
mvn --batch-mode --quiet "$@" --file "$root/pom.xml" -Pcuda-stub dependency:copy-dependencies \
  -DincludeGroupIds=org.bytedeco -DoutputDirectory="$jars"
(cd "$jars" && for jar in *.jar; do jar xf "$jar" org; done)
find "$jars" -name 'libjni*' -delete
mv "$jars"/org/bytedeco/pytorch/linux-x86_64-gpu/lib*.so* "$site/torch/lib/"
mv "$jars"/org/bytedeco/openblas/linux-x86_64/lib*.so* "$site/nvidia/blas/lib/"
rm -rf "$jars"
"$root/src/test/cuda/build.sh" "$site/torch/lib" "$site/../stand-ins"
mv "$site"/../stand-ins/nvrtc/*.so "$site/torch/lib/"
mv "$site"/../stand-ins/cuda/*.so* "$site/nvidia/cuda/lib/"
rm -rf "$site/../stand-ins"
touch "$site/torch/__init__.py"
