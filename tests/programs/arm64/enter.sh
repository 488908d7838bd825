#!/bin/sh
# usage: enter.sh QEMU COMMAND [ARGUMENT]...
# Runs a command in which programs for arm64 run as on an arm64 machine, with the libraries of libc6-arm64-cross. All changes are made in a user and a
# mount namespace, so the machine itself does not change. A PID namespace keeps thread ids below 4096: for a higher id than the first thread's 4096 the
# library maps more of the config file by mremap with an old size of 0, which the emulator of Debian 12 does not know.
set -eu

if [ "${VIRTTIME_ENTERED:-}" != yes ]; then
    export VIRTTIME_ENTERED=yes
    exec unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc "$0" "$@"
fi
unset VIRTTIME_ENTERED
qemu=$1
shift

# Adds the arm64 loader and its libraries to /usr/lib, at their paths on an arm64 machine.
mount -t tmpfs none /mnt
ln -s /usr/aarch64-linux-gnu/lib /mnt/aarch64-linux-gnu
ln -s aarch64-linux-gnu/ld-linux-aarch64.so.1 /mnt/ld-linux-aarch64.so.1
mount -t overlay -o lowerdir=/mnt:/usr/lib overlay /usr/lib
umount -l /mnt

mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
# Matches a 64-bit little-endian ELF file, executable or shared (2, 3), for machine 183. F: the kernel opens the emulator now.
printf %s ":arm64:M::\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00:\
\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:$qemu:F" >/proc/sys/fs/binfmt_misc/register
exec "$@"
