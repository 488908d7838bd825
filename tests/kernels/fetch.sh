#!/bin/sh
# usage: fetch.sh DIRECTORY ARCH SUITE [FLAVOUR]
# Fetches Debian SUITE's kernel for ARCH (x64 or arm64) as DIRECTORY/ARCH-SUITE[-FLAVOUR]/vmlinuz, and the packages of a small Debian 12 userland into
# DIRECTORY/userland-ARCH. Files that exist are kept. Apt uses lists and a cache below DIRECTORY, so this machine's own state does not change. The
# packages come from this machine's own package source, if that is Debian's.
set -eu

directory=$1 arch=$2 suite=$3 flavour=${4:-}
case $arch in x64) debian=amd64 ;; arm64) debian=arm64 ;; esac
images=linux-image-${flavour:-cloud-$debian}
userland="busybox-static bash coreutils util-linux procps sed grep python3 libc-bin musl login"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1)
[ -n "$mirror" ] || { echo "fetch.sh: this machine's packages do not come from Debian" >&2; exit 1; }

# other_apt SUITE COMMAND...: runs an apt command as on a machine of that suite and architecture with no package installed.
other_apt() {
    state=$directory/apt/$debian-$1 other=$1 command=$2
    shift 2
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    echo "deb [arch=$debian signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $other main" >"$state/sources.list"
    "$command" -o APT::Architecture="$debian" -o APT::Architectures="$debian" -o APT::Sandbox::User=root -o Acquire::Languages=none \
        -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$state/lists" \
        -o Dir::Cache="$state/cache" -o Dir::State::Status=/dev/null "$@"
}

fetch_kernel() {
    other_apt "$suite" apt-get update -qq
    kernel=$(other_apt "$suite" apt-cache depends --important "$images" | sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
    [ -n "$kernel" ] || { echo "fetch.sh: $suite has no $images" >&2; return 1; }
    # Since Linux 7, the kernel image is in a package of its own.
    for package in "linux-binary${kernel#linux-image}" "$kernel"; do
        rm -rf "$1.unpacked"
        mkdir -p "$1.unpacked"
        (cd "$1.unpacked" && other_apt "$suite" apt-get download "$package" && dpkg-deb --extract ./*.deb .) || continue
        image=$(find "$1.unpacked" -name 'vmlinu[xz]*' -type f | head -n 1)
        [ -n "$image" ] || continue
        mkdir -p "$1"
        cp "$image" "$1/vmlinuz"
        rm -rf "$1.unpacked"
        return 0
    done
    return 1
}

fetch_userland() {
    rm -rf "$1.unfinished"
    mkdir -p "$1.unfinished"
    other_apt bookworm apt-get update -qq
    (cd "$1.unfinished" && other_apt bookworm apt-get install -qq -y --download-only --no-install-recommends $userland)
    mv "$directory/apt/$debian-bookworm/cache/archives"/*.deb "$1.unfinished/"
    mv "$1.unfinished" "$1"
}

directory=$(mkdir -p "$directory" && cd "$directory" && pwd)
target=$directory/$arch-$suite${flavour:+-$flavour}
log=$target.fetch.log
{
    [ -e "$target/vmlinuz" ] || fetch_kernel "$target"
    [ -e "$directory/userland-$arch" ] || fetch_userland "$directory/userland-$arch"
} >"$log" 2>&1 </dev/null || { echo "fetch.sh: $arch $suite $flavour: $(tail -n 1 "$log")" >&2; exit 1; }
