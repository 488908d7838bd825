#!/bin/sh
# Usage: skewed-node.sh [ARG]...
# Gives a node of a cluster a date of its own, to test how the cluster copes with clock skew and drift. Put it in the place of the node's program:
#     mv /usr/bin/etcd /usr/bin/etcd.real && cp skewed-node.sh /usr/bin/etcd
# The first start chooses a random offset and rate, and creates the config file. Later starts, also after a crash, continue on the same clock.
# Only the date is skewed: the monotonic clocks and timeouts are the host's. Environment variables:
#   VIRTTIME_SKEW_CONFIG   the node's config file (default: /var/tmp/virttime-skew-PROGRAM-UID.conf)
#   VIRTTIME_SKEW_OFFSET   the largest offset in either direction, in seconds (default: 30)
#   VIRTTIME_SKEW_PPM      the largest drift in either direction, in millionths (default: 500)
set -eu

case ${1:-} in
    -h | --help) [ -e "$0.real" ] || { sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit; } ;;
esac

config=${VIRTTIME_SKEW_CONFIG:-/var/tmp/virttime-skew-$(basename "$0")-$(id -u).conf}

# between -LARGEST and +LARGEST, evenly
draw() {
    od -An -N4 -tu4 /dev/urandom | awk -v largest="$1" '{ printf "%+.6f\n", ($1 / 2147483648 - 1) * largest }'
}

if [ ! -e "$config" ]; then
    virttime-run --config "$config" --realtime-offset="$(draw "${VIRTTIME_SKEW_OFFSET:-30}")s" --realtime-rate="$(draw "${VIRTTIME_SKEW_PPM:-500}")ppm" >/dev/null
fi
exec virttime-run --config "$config" -- "$0.real" "$@"
