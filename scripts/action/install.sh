#!/bin/sh
# Puts a release, or what INPUT_PATH names, into PATH for the steps that follow.
set -eu

fail() {
    echo "::error title=VirtTime::$1"
    exit 1
}

target=$RUNNER_TEMP/virttime
archive=
case ${INPUT_PATH:-} in
    *.tar.gz) archive=$INPUT_PATH ;;
    ?*) target=$(cd "$INPUT_PATH" && pwd) || fail "path: $INPUT_PATH: no such directory" ;;
    '')
        version=${INPUT_VERSION:-$("$GITHUB_ACTION_PATH/../version.sh")}
        case ${RUNNER_ARCH:-$(uname -m)} in
            X64 | x86_64) arch=x64 ;;
            ARM64 | aarch64) arch=arm64 ;;
            *) fail "there is no release for ${RUNNER_ARCH:-$(uname -m)}" ;;
        esac
        name=virttime-$version-linux-$arch.tar.gz
        url=$INPUT_REPOSITORY/releases/download/v$version
        case $version in
            *[!A-Za-z0-9._+~-]*) fail 'version: has a character that no version has' ;;
        esac
        [ -z "${INPUT_URL:-}" ] || url=$(printf '%s\n' "$INPUT_URL" | sed "s/{version}/$version/g")
        mkdir -p "$RUNNER_TEMP/virttime-download"
        cd "$RUNNER_TEMP/virttime-download"
        for file in "$name" SHA256SUMS; do
            curl --fail --silent --show-error --location --retry 3 --output "$file" "$url/$file" || fail "$url/$file: cannot be downloaded"
        done
        grep -F "  $name" SHA256SUMS | sha256sum --check --quiet --strict - || fail "$name: is not what SHA256SUMS says"
        archive=$PWD/$name
        ;;
esac
if [ -n "$archive" ]; then
    rm -rf "$target"
    mkdir -p "$target"
    tar -x --strip-components=1 -C "$target" -f "$archive" || fail "$archive: cannot be unpacked"
fi

[ ! -x "$target/bin/virttime-run" ] || target=$target/bin
[ -x "$target/virttime-run" ] || fail "$target: there is no virttime-run in it"
echo "$target" >>"$GITHUB_PATH"
