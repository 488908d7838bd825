#!/bin/sh
# Usage: image.sh ARCH
# Makes an image with the two files and the licenses, to copy from, to mount as a volume, or to fill a volume with --install.
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
mkdir -p "$WORK/root/licenses"
cp "$dist/virttime-run" "$dist/libvirttime.so" "$WORK/root"
cp LICENSE "$dist/THIRD-PARTY-NOTICES" "$WORK/root/licenses"
chmod -R u=rwX,go=rX "$WORK/root"
chmod 644 "$WORK/root/libvirttime.so"
scripts/release/dates.sh "$WORK/root"

umoci init --layout "$layout"
umoci new --image "$image"
umoci insert --rootless --uid-map "0:$(id -u):1" --gid-map "0:$(id -g):1" --history.created "$date" --history.created_by release.sh \
    --image "$image" "$WORK/root" /
umoci config --image "$image" --architecture "$arch" --os linux --created "$date" --no-history \
    --config.entrypoint /virttime-run --config.cmd --help \
    --config.label "org.opencontainers.image.title=VirtTime" --config.label "org.opencontainers.image.version=$VERSION" \
    --config.label "org.opencontainers.image.description=$SUMMARY" --config.label "org.opencontainers.image.created=$date" \
    --config.label "org.opencontainers.image.source=$HOMEPAGE" --config.label "org.opencontainers.image.url=$HOMEPAGE" \
    --config.label "org.opencontainers.image.authors=$VIRTTIME_MAINTAINER" \
    --config.label "org.opencontainers.image.licenses=$LICENSE_EXPRESSION"
umoci gc --layout "$layout"
# Adds the full name, because umoci only writes a tag: podman load reads the first name, docker load and ctr image import the second.
sed -i "s|\"org.opencontainers.image.ref.name\":\"$VERSION\"|\"org.opencontainers.image.ref.name\":\"virttime:$VERSION\",\"io.containerd.image.name\":\"docker.io/library/virttime:$VERSION\"|" "$layout/index.json"
grep -q "virttime:$VERSION.*virttime:$VERSION" "$layout/index.json"
scripts/release/archive.sh "$OUTPUT/virttime-$VERSION-linux-$1.oci.tar" "$layout" blobs index.json oci-layout
