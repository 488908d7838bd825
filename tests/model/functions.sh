#!/bin/sh
# usage: tests/model/functions.sh [--refresh]
# Prints `FILE FUNCTION` for each function of functions.txt that is not as it was when it was last compared with the model, or that is gone. With --refresh
# it notes them as they are now: compare them with the model first.
set -eu

cd "$(dirname "$0")/../.."
list=tests/model/functions.txt

# A function, with those of the same name: from its declaration to the brace at its depth, or to the semicolon of an expression.
text_of() {
    awk -v name="$2" '
        !inside && $0 ~ "^    [a-z].*[ *]" name "\\(" { inside = 1 }
        inside { print }
        inside && ($0 ~ /^    }/ || (!braces && /;$/)) { inside = 0; braces = 0; next }
        inside && /^    {/ { braces = 1 }' "$1" | sed 's,//.*,,' | tr -d ' \t\n'
}

hash_of() {
    text=$(text_of "$1" "$2")
    [ -n "$text" ] || { echo gone; return; }
    printf %s "$text" | sha256sum | cut -c1-16
}

each() {
    while read -r file function hash; do
        case $file in
            '#'*) [ "$1" = changed ] || echo "$file $function $hash"; continue ;;
        esac
        now=$(hash_of "$file" "$function")
        if [ "$1" = all ]; then
            echo "$file $function $now"
        elif [ "$now" != "$hash" ]; then
            echo "$file $function"
        fi
    done <"$list"
}

if [ "${1:-}" = --refresh ]; then
    each all >"$list.new"
    mv "$list.new" "$list"
else
    each changed
fi
