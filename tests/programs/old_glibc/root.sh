#!/bin/sh
# usage: root.sh DIRECTORY SUITE
# Makes a root directory of a Debian suite in DIRECTORY, unpacked and not configured, with the packages needed to compile for its C library. The
# packages come from this machine's own package source, if that is Debian's. Nothing is mounted.
set -eu

target=$1 suite=$2
work=$target.unfinished
. /etc/os-release
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Codename: $VERSION_CODENAME" | sort -u | head -n 1)
[ -n "$mirror" ] || { echo "this is not Debian" >&2; exit 1; }
rm -rf "$work"
mkdir -p "${target%/*}"
(
    debootstrap --foreign --variant=minbase --include=libc6-dev "$suite" "$work" "$mirror"
    for package in libc6-dev linux-libc-dev; do
        dpkg-deb --extract "$work/var/cache/apt/archives/${package}"_*.deb "$work"
    done
    # In a container /proc is a symbolic link to the host's.
    rm -rf "$work/proc"
    mkdir "$work/proc"
    # The linker would follow absolute symbolic links out of the root directory.
    find "$work/usr/lib/x86_64-linux-gnu/" "$work/lib64/" -type l -lname '/*' | while read -r link; do
        ln -sfnr "$work$(readlink "$link")" "$link"
    done
    rm -f "$work"/var/cache/apt/archives/*.deb
) >"$target.log" 2>&1 </dev/null || { tail -n 3 "$target.log" >&2; exit 1; }
mv "$work" "$target"
rm -f "$target.log"
