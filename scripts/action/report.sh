# Sourced by the action's steps.

# fail MESSAGE: reports an error in the runner's syntax, which reserves some characters.
fail() {
    printf '%s\n' "$1" | sed 's/%/%25/g; s/\r/%0D/g' | sed -e ':more' -e '$!{N;bmore' -e '}' -e 's/\n/%0A/g; s/^/::error title=VirtTime::/'
    exit 1
}
