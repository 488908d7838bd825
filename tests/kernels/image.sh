#!/bin/sh
# usage: image.sh DIRECTORY ARCH
# Makes DIRECTORY/ARCH.cpio: a Debian 12 of the packages in DIRECTORY/userland-ARCH, VirtTime as scripts/build.sh built it in artifacts/, test
# programs and guest/. The kernel unpacks it into memory at boot; there is no disk.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../.. directory=$1 arch=$2
case $arch in
    x64) compiler=gcc built=$sources/artifacts/dist go_arch=amd64 ;;
    arm64) compiler=aarch64-linux-gnu-gcc built=$sources/artifacts/dist-arm64 go_arch=arm64 ;;
esac
root=$directory/root-$arch

rm -rf "$root"
mkdir -p "$root"
for package in "$directory/userland-$arch"/*.deb; do
    case ${package##*/} in
        perl* | libperl* | debconf* | dpkg* | usrmerge* | *-perl_* | libdb5* | tar_* | mawk* | libsqlite3* | krb5* | libgssapi* | media-types*) continue ;;
    esac
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --exclude='./usr/share/*' --exclude='./usr/lib/python3*/*-packages/*' \
        --exclude='./usr/lib/*/perl*' --exclude='./usr/lib/*/gconv' --exclude='./usr/lib/python3*/lib2to3' --exclude='./usr/lib/python3*/pydoc_data'
done
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/run" "$root/root" "$root/etc" "$root/opt/programs"
ln -sf bash "$root/bin/sh"
printf 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nuser:x:1000:\n' >"$root/etc/group"
cp "$built/virttime-run" "$built/libvirttime.so" "$root/opt/"
cp -r "$here/guest" "$root/opt/guest"
for source in conformance/block_in conformance/probe_reads conformance/probe_sleeps conformance/probe_waits conformance/probe_interrupted_waits \
    conformance/probe_timers conformance/probe_timerfds conformance/probe_futexes conformance/probe_proc slots/strange_children slots/cancel_wait; do
    "$compiler" -O2 -D_GNU_SOURCE -pthread -o "$root/opt/programs/${source##*/}" "$sources/tests/programs/$source.c" -ldl
done
"$compiler" -O2 -D_GNU_SOURCE -pthread -o "$root/opt/programs/interrupted_calls" "$here/interrupted_calls.c"
if command -v go >/dev/null; then
    programs=$(cd "$root/opt/programs" && pwd)
    (cd "$sources/tests/programs/placement/placed" && CGO_ENABLED=0 GO111MODULE=off GOARCH=$go_arch go build -o "$programs/placed" .)
fi
cp "$here/guest/init" "$root/init"
(cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$directory/$arch.cpio.unfinished"
mv "$directory/$arch.cpio.unfinished" "$directory/$arch.cpio"
rm -rf "$root"
