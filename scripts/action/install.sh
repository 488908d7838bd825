#!/bin/sh
# Adds a release, or the files that INPUT_PATH names, to PATH for the steps that follow.
set -eu

. "$GITHUB_ACTION_PATH/report.sh"
export VIRT_TIME_INHERIT=0 # an earlier step may have set another date, with which the server's certificate would be invalid

# Prints the address of the repository that this action comes from. GITHUB_ACTION_REPOSITORY is of no use: within a composite action it is empty or
# names an outer action. The runner keeps an action in _actions/OWNER/NAME/REF. An action that a workflow names by ./ lies elsewhere.
find_repository() {
    case $GITHUB_ACTION_PATH in
        */_actions/*/*/*)
            rest=${GITHUB_ACTION_PATH##*/_actions/}
            owner=${rest%%/*} rest=${rest#*/}
            echo "${GITHUB_SERVER_URL:-https://github.com}/$owner/${rest%%/*}"
            ;;
        *)
            . "$GITHUB_ACTION_PATH/../project"
            case $homepage in
                *.invalid/*) fail 'the repository of this action is not known; give the input repository, url or path' ;;
            esac
            echo "$homepage"
            ;;
    esac
}

# Downloads an archive and compares it with the repository's sums.
download() {
    version=${INPUT_VERSION:-$("$GITHUB_ACTION_PATH/../version.sh")}
    version=${version#v}
    case $version in
        *[!0-9A-Za-z.+~-]* | '') fail "version: \"$version\" is not a version; try 0.1.0" ;;
    esac
    case ${RUNNER_ARCH:-$(uname -m)} in
        X64 | x86_64) arch=x64 ;;
        ARM64 | aarch64) arch=arm64 ;;
        *) fail "there is no release for ${RUNNER_ARCH:-$(uname -m)}" ;;
    esac
    name=virttime-$version-linux-$arch.tar.gz
    if [ -n "${INPUT_URL:-}" ]; then
        url= rest=$INPUT_URL
        while [ "$rest" != "${rest#*"{version}"}" ]; do
            url=$url${rest%%"{version}"*}$version rest=${rest#*"{version}"}
        done
        url=$url$rest
    else
        repository=${INPUT_REPOSITORY:-$(find_repository)} || { echo "$repository"; exit 1; }
        case $repository in
            *://*) ;;
            *) repository=${GITHUB_SERVER_URL:-https://github.com}/$repository ;;
        esac
        url=$repository/releases/download/v$version
    fi
    downloads=$(mktemp -d "$RUNNER_TEMP/virttime-download-XXXXXX")
    cd "$downloads"
    for file in "$name" SHA256SUMS; do
        curl --fail --silent --show-error --location --retry 3 --output "$file" "$url/$file" || fail "$url/$file: cannot be downloaded"
    done
    [ "$(sha256sum "$name")" = "$(awk -v name="$name" '$2 == name' SHA256SUMS)" ] || fail "$name: is not what SHA256SUMS says"
    archive=$downloads/$name
}

# Each archive is unpacked into a directory of its own, completely or not at all: the library of an earlier one may be preloaded into the steps that
# run now.
unpack() {
    sum=$(sha256sum <"$archive")
    target=$RUNNER_TEMP/virttime-$(printf %.16s "$sum")
    [ ! -d "$target" ] || return 0
    new=$(mktemp -d "$RUNNER_TEMP/virttime-new-XXXXXX")
    chmod 755 "$new"
    tar -x --strip-components=1 -C "$new" -f "$archive" || fail "$archive: cannot be unpacked"
    mv -T "$new" "$target" 2>/dev/null || [ -d "$target" ] || fail "$target: cannot be made"
}

[ "${RUNNER_OS:-Linux}" = Linux ] && [ "$(uname -s)" = Linux ] || fail "this runner is ${RUNNER_OS:-$(uname -s)}; VirtTime is for Linux"
[ "${INPUT_OFF:-}" != true ] || exit 0
archive= target=
newline='
'
case ${INPUT_PATH:-} in
    *"$newline"*) fail 'path: a path cannot have more than one line' ;;
    *.tar.gz) archive=$INPUT_PATH ;;
    ?*) target=$(cd "$INPUT_PATH" 2>/dev/null && pwd) || fail "path: $INPUT_PATH: no such directory" ;;
    '') download ;;
esac
[ -z "$archive" ] || unpack
[ ! -x "$target/bin/virttime-run" ] || target=$target/bin
[ -x "$target/virttime-run" ] || fail "$target: there is no virttime-run in it"
found=$("$target/virttime-run" --version) || fail "$target/virttime-run: does not run here"

echo "$target" >>"$GITHUB_PATH"
printf 'bin=%s\nversion=%s\n' "$target" "${found#virttime-run }" >>"$GITHUB_OUTPUT"
