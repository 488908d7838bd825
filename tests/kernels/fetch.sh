#!/bin/sh
# usage: fetch.sh DIRECTORY ARCH SUITE [FLAVOUR]
# Puts the kernel that SUITE of Debian has for ARCH (x64 or arm64) at DIRECTORY/ARCH-SUITE[-FLAVOUR]/vmlinuz, and the packages of a small userland of
# Debian 12 into DIRECTORY/userland-ARCH. What is there already stays. Apt works on lists and a cache below DIRECTORY; nothing of this machine's own
# state changes. The packages come from where this machine's own packages come from, if that is Debian.
set -eu

directory=$1 arch=$2 suite=$3 flavour=${4:-}
case $arch in x64) debian=amd64 ;; arm64) debian=arm64 ;; esac
images=linux-image-${flavour:-cloud-$debian}
userland="busybox-static bash coreutils util-linux procps sed grep python3 libc-bin musl login"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1)
[ -n "$mirror" ] || { echo "fetch.sh: this machine's packages do not come from Debian" >&2; exit 1; }

# other_apt SUITE COMMAND...: COMMAND of apt, as a machine of that suite and architecture without a single package would run it.
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
    # From Linux 7 on the kernel itself lies in a package of its own.
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
