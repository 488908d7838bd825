#!/bin/sh
# Usage: image.sh ARCH
# An image of the two files and nothing else, to copy from, to mount as a volume, or to fill a volume with --install.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cd "$(dirname "$0")/../.."
case $1 in
    x64) dist=artifacts/dist arch=amd64 ;;
    *) dist=artifacts/dist-$1 arch=$1 ;;
esac
layout=$WORK/layout
image=$layout:$VERSION
date=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
mkdir -p "$WORK/root"
cp "$dist/virttime-run" "$dist/libvirttime.so" "$WORK/root"
chmod 755 "$WORK/root" "$WORK/root/virttime-run"
chmod 644 "$WORK/root/libvirttime.so"
scripts/release/dates.sh "$WORK/root"

umoci init --layout "$layout"
umoci new --image "$image"
umoci insert --rootless --uid-map "0:$(id -u):1" --gid-map "0:$(id -g):1" --history.created "$date" --history.created_by release.sh \
    --image "$image" "$WORK/root" /
umoci config --image "$image" --architecture "$arch" --os linux --created "$date" --no-history \
    --config.entrypoint /virttime-run --config.cmd --help \
    --config.label "org.opencontainers.image.title=VirtTime" --config.label "org.opencontainers.image.version=$VERSION" \
    --config.label org.opencontainers.image.licenses=MIT
umoci gc --layout "$layout"
scripts/release/archive.sh "$layout" blobs index.json oci-layout >"$OUTPUT/virttime-$VERSION-linux-$1.oci.tar"
