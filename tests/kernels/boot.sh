#!/bin/sh
# usage: boot.sh DIRECTORY ARCH KERNEL SECONDS [GROUP...]
# Boots KERNEL with DIRECTORY/ARCH.cpio, prints the guest's console, and ends the guest after SECONDS. The guest's time is counted in instructions, so
# a busy machine does not delay the guest, and a sleep takes no time. For arm64, the processor is one that has pages of 4 and of 16 KiB.
set -eu

directory=$1 arch=$2 kernel=$3 limit=$4
shift 4
groups=$(echo "$*" | tr ' ' ,)
common="-m 1500 -smp 1 -nographic -nodefaults -serial stdio -no-reboot -accel tcg,thread=single -icount shift=1,sleep=off"
case $arch in
    x64) set -- qemu-system-x86_64 -cpu max -append "console=ttyS0 panic=-1 quiet groups=$groups" ;;
    arm64) set -- qemu-system-aarch64 -M virt -cpu neoverse-n1 -append "console=ttyAMA0 panic=-1 quiet groups=$groups" ;;
esac
exec nice timeout "$limit" "$@" $common -kernel "$kernel" -initrd "$directory/$arch.cpio" </dev/null
