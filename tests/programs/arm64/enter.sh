#!/bin/sh
# usage: enter.sh QEMU COMMAND [ARGUMENT]...
# Runs a command where programs for arm64 run as if this machine were one, with the libraries of libc6-arm64-cross. All of it is in a user and
# a mount namespace; the machine does not get to know of it.
set -eu

if [ "${VIRTTIME_ENTERED:-}" != yes ]; then
    export VIRTTIME_ENTERED=yes
    exec unshare --user --map-root-user --mount "$0" "$@"
fi
unset VIRTTIME_ENTERED
qemu=$1
shift

# The loader and its libraries, where such a machine has them; over what is there.
mount -t tmpfs none /mnt
ln -s /usr/aarch64-linux-gnu/lib /mnt/aarch64-linux-gnu
ln -s aarch64-linux-gnu/ld-linux-aarch64.so.1 /mnt/ld-linux-aarch64.so.1
mount -t overlay -o lowerdir=/mnt:/usr/lib overlay /usr/lib
umount -l /mnt

mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
# An ELF header of 64 bits, little endian, executable or shared (2, 3), machine 183. F: the emulator is opened now.
printf %s ":arm64:M::\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00:\
\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:$qemu:F" >/proc/sys/fs/binfmt_misc/register
exec "$@"
