#!/usr/bin/env bash
# Builds an image from a clean checkout and runs it as the chart does: run.sh [cpu|gpu]
#
# Needs Linux, root, git, python3, buildah, podman, runc and debootstrap. No daemon and no registry of
# images is needed: the base images are made from the Debian packages of this machine's release. Its
# configuration of apt, of Maven and of certificates goes into the base images only.
#
#   BUILD_IMAGE, RUNTIME_IMAGE  other base images; nothing is bootstrapped if both are set
#   MAVEN_REPOSITORY  folder with downloaded artifacts, which the build uses offline. By default this
#                     user's folder if it exists; "download" downloads them
#   STORAGE           folder for images that stays; the next run uses its base images again
#
# The image for GPUs gets a libtorch for CUDA from Maven Central (635 MB) and stand-ins for the libraries of
# CUDA, because PyTorch's image contains the real ones. It then computes on the CPU, as without a driver.
# This also needs mvn, a JDK and gcc.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
flavor="${1:-cpu}"
image="vanillanet-serving:check-$flavor"

obstacle=""
[ "$(id -u)" = 0 ] || obstacle="root"
programs="git python3 buildah podman runc debootstrap"
[ "$flavor" = cpu ] || programs="$programs mvn jar gcc"
for program in $programs; do
  command -v "$program" > /dev/null || obstacle="$program"
done
if [ -n "$obstacle" ]; then
  echo "skipped: the container check needs $obstacle"
  exit 77
fi

work="$(mktemp -d "${TMPDIR:-/var/tmp}/container-check.XXXXXX")"
trap 'rm -rf "$work"' EXIT
storage="${STORAGE:-$work/storage}"
export TMPDIR="$work/tmp" # also for the caches of builds
mkdir -p "$storage" "$TMPDIR"
places=(--root "$storage" --runroot "$storage/run" --storage-driver vfs)

# Builds of Maven open more files than the default allows.
build() {
  if ! buildah "${places[@]}" bud --isolation chroot --ulimit "nofile=$(ulimit -Hn)" "$@" \
    > "$work/build.log" 2>&1; then
    tail --lines 60 "$work/build.log"
    exit 1
  fi
}

exists() {
  podman "${places[@]}" image exists "$1"
}

step() {
  echo "$(date -u +%H:%M:%S) $*"
}

# The configuration of this machine. Certificates follow after the packages, which write some, too.
configure() {
  mkdir -p "$1/before/etc/apt/apt.conf.d" "$1/after/etc/ssl" "$1/after/etc/maven"
  cp -aL /etc/apt/sources.list* "$1/before/etc/apt/"
  apt-config dump | grep -E '^Acquire::(https?|Retries)' > "$1/before/etc/apt/apt.conf.d/99acquire" ||
    true
  mkdir -p "$1/before/usr/share" "$1/before/etc/ssl"
  cp -aL /usr/share/keyrings "$1/before/usr/share/"
  cp -aL /etc/ssl/certs "$1/before/etc/ssl/"
  cp -aL /etc/ssl/certs "$1/after/etc/ssl/"
  local settings
  for settings in /etc/maven/settings.xml "$HOME/.m2/settings.xml"; do
    if [ -e "$settings" ]; then
      cp "$settings" "$1/after/etc/maven/settings.xml"
    fi
  done
}

# base NAME PARENT FOLDER PACKAGE...
base() {
  local name=$1 parent=$2 folder=$3
  shift 3
  # Java's packages write into man1, which a minimal system lacks.
  cat > "$work/Dockerfile.base" << END
FROM $parent
COPY $folder/ /
RUN mkdir -p /usr/share/man/man1 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $* \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY after/ /
END
  build --tag "$name" --file "$work/Dockerfile.base" "$work/base"
}

bootstrap() {
  local release mirror
  release="$(. /etc/os-release && echo "$VERSION_CODENAME")"
  mirror="$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk -v release="$release" '$2 == release { print $1; exit }')"
  mkdir -p "$work/base"
  debootstrap --variant=minbase --include=ca-certificates "$release" "$work/base/system" "$mirror" \
    > "$work/debootstrap.log" || { tail "$work/debootstrap.log"; exit 1; }
  configure "$work/base"
  rm -f "$work/base/system/etc/apt/sources.list" # debootstrap's own
  cp -a "$work/base/before/." "$work/base/system/"
  base local/java:17 scratch system openjdk-17-jre-headless
  rm -rf "$work/base/system"
  base local/maven:17 local/java:17 after openjdk-17-jdk-headless maven
  rm -rf "$work/base"
}

if [ -z "${BUILD_IMAGE:-}" ] || [ -z "${RUNTIME_IMAGE:-}" ]; then
  exists local/maven:17 || { step "base images"; bootstrap; }
fi

arguments=(--build-arg "BUILD_IMAGE=${BUILD_IMAGE:-localhost/local/maven:17}"
  --build-arg "RUNTIME_IMAGE=${RUNTIME_IMAGE:-localhost/local/java:17}")
artifacts="${MAVEN_REPOSITORY:-$HOME/.m2/repository}"
maven=()
if [ -d "$artifacts" ]; then
  arguments+=(--volume "$artifacts:/artifacts:ro"
    --build-arg "MAVEN_OPTIONS=--offline -Dmaven.repo.local=/artifacts")
  maven=(--offline "-Dmaven.repo.local=$artifacts")
fi

if [ "$flavor" = gpu ]; then
  step "libraries of PyTorch and CUDA"
  "$here/libtorch.sh" "$work/libtorch" "${maven[@]}"
  build --tag local/libtorch:2.7.1 --file "$here/Dockerfile.libtorch" \
    --build-arg "RUNTIME_IMAGE=${RUNTIME_IMAGE:-localhost/local/java:17}" "$work/libtorch"
  rm -rf "$work/libtorch"
  arguments+=(--build-arg LIBTORCH_IMAGE=localhost/local/libtorch:2.7.1)
fi

step "image"
mkdir "$work/checkout"
git -C "$root" archive HEAD | tar --extract --directory "$work/checkout"
build "${arguments[@]}" --format docker --tag "$image" --file "$work/checkout/Dockerfile.$flavor" \
  "$work/checkout"
rm -rf "$work/checkout"
echo "size: $(($(podman "${places[@]}" image inspect --format '{{.Size}}' "$image") / 1000000)) MB"

step "checks"
python3 -B "$here/check.py" "$flavor" "$work/check" "$image" podman "${places[@]}"
step "done"
