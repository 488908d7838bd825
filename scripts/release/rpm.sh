#!/bin/sh
# Usage: rpm.sh ARCH
# Makes a package for Fedora and its derivatives. rpmbuild only packs the tree; it builds nothing.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cd "$(dirname "$0")/../.."
case $1 in
    x64) arch=x86_64 ;;
    arm64) arch=aarch64 ;;
esac
scripts/release/tree.sh "$1" "$WORK/tree" /usr main
mkdir -p "$WORK/top"
{
    cat <<END
Name: virttime
Version: $VERSION
Release: 1
Summary: $(printf %s "$SUMMARY" | sed 's/./\U&/')
License: $LICENSE_EXPRESSION
URL: $HOMEPAGE
Packager: $VIRTTIME_MAINTAINER
# The package needs nothing, and no package can depend on a library that is preloaded by its path.
AutoReqProv: no

%description
virttime-run shifts the monotonic clock or the date that a program sees, without privileges and without a change of the program. The clocks can be
adjusted while the program runs. After a checkpoint and a restore on another host they continue.

%install
cp -a $WORK/tree/. %{buildroot}

%files
%dir /usr/lib/virttime
END
    (cd "$WORK/tree" && find usr/share/doc/virttime -type d | sort) | sed 's:^:%dir /:'
    (cd "$WORK/tree" && find usr -type f | sort) | sed '
        s:.*:/&:
        s:^/usr/share/man/.*:&*:
        s:^/usr/share/doc/virttime/\(LICENSE\|THIRD-PARTY-NOTICES\)$:%license &:
        s:^/usr/share/doc/virttime/.*:%doc &:'
} >"$WORK/virttime.spec"

# Packed as it is: not stripped, not compressed, no link by build id, and nothing that tells where and when.
rpmbuild --quiet -bb --target "$arch-linux" \
    --define "_topdir $WORK/top" --define "_rpmdir $WORK/made" --define '_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm' \
    --define '__os_install_post %{nil}' --define 'debug_package %{nil}' --define '_build_id_links none' \
    --define '_buildhost localhost' --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
    --define '_binary_payload w9.gzdio' "$WORK/virttime.spec" >"$WORK/log" 2>&1 || {
    cat "$WORK/log" >&2
    exit 1
}
cp "$WORK/made/virttime-$VERSION-1.$arch.rpm" "$OUTPUT"
