# Sourced by the action's steps.

# fail MESSAGE: as the runner wants it, which takes some characters for its own.
fail() {
    printf '%s\n' "$1" | sed 's/%/%25/g; s/\r/%0D/g' | sed -e ':more' -e '$!{N;bmore' -e '}' -e 's/\n/%0A/g; s/^/::error title=VirtTime::/'
    exit 1
}
