#!/bin/sh
# Usage: scripts/release.sh [--version V] [--arch ARCH]... [--only KIND]... [--no-build] [--output DIR]
# Makes the files of a release from the commit, in artifacts/release/. With the same tools, the files have the same bytes in every directory and at every time.
#   --version   make a release: V must be the sources' version, a dated heading of CHANGELOG.md and, as vV, the commit's tag;
#               without it, the run is a rehearsal
#   --arch      x64 or arm64; by default x64, and arm64 if its compiler is installed
#   --only      source, tarball, deb, rpm, image, tool or sbom; by default all
#   --no-build  use artifacts/dist/ and the files as they are
#   --output    another directory
# VIRTTIME_SIGN is a command that is called at the end with the path of each file, including SHA256SUMS.
# VIRTTIME_MAINTAINER, "NAME <ADDRESS>", replaces the maintainer of scripts/project in the packages.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

fail() {
    echo "release.sh: $1" >&2
    exit 1
}

cd "$(dirname "$0")/.."
version=$(scripts/version.sh) root=$PWD
. scripts/project
: "${VIRTTIME_MAINTAINER:=$maintainer}"
wanted= archs= kinds= build=yes output=$root/artifacts/release
while [ $# -gt 0 ]; do
    case $1 in
        --version) wanted=${2:?--version: a version is missing}; shift ;;
        --arch) archs="$archs ${2:?--arch: an architecture is missing}"; shift ;;
        --only) kinds="$kinds ${2:?--only: a kind is missing}"; shift ;;
        --no-build) build= ;;
        --output)
            case ${2:?--output: a directory is missing} in
                /*) output=$2 ;;
                *) output=$OLDPWD/$2 ;;
            esac
            shift
            ;;
        *) sed -n '2,12s/^# \{0,1\}//p' scripts/release.sh >&2; exit 2 ;;
    esac
    shift
done

# A tag makes a release. The version, the changelog and the work tree must agree with it.
check_release() {
    [ "$wanted" = "$version" ] || fail "--version $wanted: the sources are $version; change Directory.Build.props"
    scripts/release/notes.sh "$version" >/dev/null
    ! grep -q "^## $version (unreleased)" CHANGELOG.md || fail "--version $wanted: CHANGELOG.md says that it is unreleased; give it a date"
    git tag --points-at HEAD | grep -qx "v$version" || fail "--version $wanted: this commit is not tagged v$version; tag it, or leave --version out"
    [ -z "$(git status --porcelain)" ] || fail "--version $wanted: files are changed; commit them and move the tag"
    [ -n "$build" ] || fail '--version: cannot be combined with --no-build; a release is built from the commit'
    case $homepage$VIRTTIME_MAINTAINER in
        *.invalid*) fail "--version $wanted: scripts/project still holds a place with .invalid; fill it in" ;;
    esac
    [ -z "${VIRTTIME_SIGN:-}" ] || [ -n "$signing_key" ] || fail '--version: VIRTTIME_SIGN is set, and scripts/project names no signing_key; fill it in'
    [ -n "${VIRTTIME_SIGN:-}" ] || [ -z "$signing_key" ] || fail '--version: scripts/project names a signing_key; set VIRTTIME_SIGN'
}

need() {
    command -v "$1" >/dev/null || missing="$missing $2"
}

check_tools() {
    missing=
    need tar tar
    for kind in $kinds; do
        case $kind in
            source | tarball) ;;
            deb) need dpkg-deb dpkg; need xz xz-utils ;;
            rpm) need rpmbuild rpm ;;
            image) need umoci umoci ;;
            tool | sbom) need dotnet dotnet-sdk-10.0 ;;
            *) fail "--only $kind: not known; source, tarball, deb, rpm, image, tool and sbom are" ;;
        esac
    done
    [ -z "$missing" ] || fail "tools are missing; install the packages$missing, or use --only"
}

check_archs() {
    for arch in $archs; do
        case $arch in
            x64 | arm64) ;;
            *) fail "--arch $arch: not known; x64 and arm64 are" ;;
        esac
    done
}

git rev-parse --git-dir >/dev/null 2>&1 || fail 'this is not a git repository; a release is made from a commit'
[ -z "$wanted" ] || check_release
[ -n "$kinds" ] || kinds='source tarball deb rpm image tool sbom'
check_tools
check_archs
if [ -z "$archs" ]; then
    archs=x64
    if [ -z "$build" ]; then
        [ ! -e artifacts/dist-arm64/virttime-run ] || archs='x64 arm64'
    elif command -v aarch64-linux-gnu-gcc >/dev/null; then
        archs='x64 arm64'
    else
        echo 'release.sh: arm64 is left out; gcc-aarch64-linux-gnu and libc6-dev-arm64-cross would build it' >&2
    fi
fi

# A cross compiler's C library lacks the updates that its distribution publishes. This machine's own library has them.
use_same_libc() {
    if StaticLibc=$("$root/scripts/release/libc.sh" arm64 "$root/artifacts/libc"); then
        [ -z "$StaticLibc" ] || export StaticLibc
    elif [ -n "$wanted" ]; then
        fail "--version $wanted: arm64 would get an older C library than x64; see above"
    else
        echo "release.sh: arm64 gets the cross compiler's C library, which is without updates" >&2
    fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH VIRTTIME_MAINTAINER VERSION="$version" OUTPUT="$output" ARCHS="$archs"
export HOMEPAGE="$homepage" SIGNING_KEY="$signing_key" LICENSE_EXPRESSION="$license" SUMMARY="$summary"
export LC_ALL=C TZ=UTC DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# Builds from an export of the commit, so that no other file of the work tree gets in.
if [ -n "$build" ]; then
    [ -z "$(git status --porcelain)" ] || echo 'release.sh: some files are changed or new; what is committed is taken' >&2
    mkdir "$work/source"
    git archive HEAD | tar -x -C "$work/source"
    cd "$work/source"
    for arch in $archs; do
        [ "$arch" != arm64 ] || use_same_libc
        ContinuousIntegrationBuild=true scripts/build.sh --arch "$arch"
    done
fi

[ "$output" != "$root/artifacts/release" ] || rm -rf "$output"
mkdir -p "$output"
[ -z "$(ls -A "$output")" ] || fail "--output: $output is not empty; name another directory"
scripts/release/notes.sh "$version" >"$output/virttime-$version-notes.md"
scripts/release/verify.sh >"$output/VERIFY.txt"
for kind in $kinds; do
    case $kind in
        source) WORK=$work/source-archive scripts/release/source.sh "$root" ;;
        tool) WORK=$work/tool scripts/release/tool.sh ;;
        sbom) ;;
        *)
            for arch in $archs; do
                WORK=$work/$kind-$arch "scripts/release/$kind.sh" "$arch"
            done
            ;;
    esac
done
# The bill of materials is last, because it lists the other files.
case " $kinds " in
    *" sbom "*) WORK=$work/sbom scripts/release/sbom.sh ;;
esac

cd "$output"
sha256sum -- * >"$work/SHA256SUMS"
cp "$work/SHA256SUMS" .
if [ -n "${VIRTTIME_SIGN:-}" ]; then
    for file in *; do
        $VIRTTIME_SIGN "$output/$file"
    done
fi
echo "made $output" >&2
