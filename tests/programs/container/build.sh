#!/bin/sh
# usage: build.sh DIST PROGRAM DIRECTORY
# Builds scripts/container/Containerfile on images made here, whose base holds PROGRAM and the libraries that it is linked with. Unpacks the result
# into DIRECTORY/bundle, for runc.
set -eu

dist=$1 program=$2 work=$3

store() {
    buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"
}

image=$(store from scratch)
store copy "$image" "$dist/virttime-run" "$dist/libvirttime.so" / >/dev/null
store commit --quiet "$image" virttime:latest >/dev/null

base=$(store from scratch)
store copy "$base" "$program" /bin/ >/dev/null
for library in $(ldd "$program" | grep -o '/[^ ]*'); do
    store copy "$base" "$library" "$library" >/dev/null
done
store commit --quiet "$base" base:latest >/dev/null

cd "$(dirname "$0")/../../../scripts/container"
store build --quiet --pull-never --build-arg VIRTTIME=localhost/virttime:latest --build-arg BASE=localhost/base:latest --tag shifted . >/dev/null
store push --quiet shifted "oci:$work/image:shifted"
umoci unpack --image "$work/image:shifted" "$work/bundle" >/dev/null
