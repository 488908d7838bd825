#!/bin/sh
# Usage: deb.sh ARCH
# Makes a package for Debian and its derivatives, laid out by Debian's policy.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cd "$(dirname "$0")/../.."
case $1 in
    x64) arch=amd64 ;;
    *) arch=$1 ;;
esac
tree=$WORK/tree
doc=$tree/usr/share/doc/virttime
scripts/release/tree.sh "$1" "$tree" /usr main

mv "$tree/usr/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions"
mv "$doc"/config-example.* "$doc/examples"
mv "$doc/CHANGELOG.md" "$doc/changelog"
rm "$doc/LICENSE" # its text is part of the copyright file
cp scripts/release/copyright "$doc/copyright"
cat >"$doc/changelog.Debian" <<END
virttime ($VERSION-1) unstable; urgency=medium

  * VirtTime $VERSION; changelog.gz says what is new.

 -- $VIRTTIME_MAINTAINER  $(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
END
find "$tree/usr/share/man" -type f -exec gzip -n -9 {} +
gzip -n -9 "$doc/changelog" "$doc/changelog.Debian"
mkdir -p "$tree/usr/share/lintian/overrides"
cat >"$tree/usr/share/lintian/overrides/virttime" <<'END'
# On purpose: nothing can be preloaded into the launcher, and it starts with any libc.
virttime: statically-linked-binary [usr/bin/virttime-run]
# On purpose: it is loaded into programs of glibc and of musl, and uses the libc that is there.
virttime: shared-library-lacks-prerequisites [usr/lib/virttime/libvirttime.so]
# The section names the compilers. The files are the same as in the tarball, byte for byte.
virttime: binary-has-unneeded-section .comment [usr/bin/virttime-run]
# The package is not uploaded to Debian, where a bug would ask for it.
virttime: initial-upload-closes-no-bugs [usr/share/doc/virttime/changelog.Debian.gz:1]
END

mkdir "$tree/DEBIAN"
cat >"$tree/DEBIAN/control" <<END
Package: virttime
Version: $VERSION-1
Architecture: $arch
Maintainer: $VIRTTIME_MAINTAINER
Installed-Size: $(find "$tree/usr" -type f -printf '%s\n' | awk '{ size += int(($1 + 1023) / 1024) } END { print size }')
Suggests: python3
Section: utils
Priority: optional
Homepage: $HOMEPAGE
Description: $SUMMARY
 virttime-run shifts the monotonic clock or the date that a program sees,
 without privileges and without a change of the program. The clocks can be
 adjusted while the program runs. After a checkpoint and a restore on another
 host they continue.
END
(cd "$tree" && find usr -type f | sort | xargs md5sum) >"$tree/DEBIAN/md5sums"
scripts/release/dates.sh "$tree"
# One thread: the archive's blocks would follow the number of processors.
dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$tree" "$OUTPUT/virttime_$VERSION-1_$arch.deb" >/dev/null
