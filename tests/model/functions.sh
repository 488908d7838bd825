#!/bin/sh
# usage: tests/model/functions.sh [--refresh]
# Prints `FILE FUNCTION` for each function of functions.txt that is missing, or that has changed since it was last compared with the model. With
# --refresh it writes the current hashes: compare the functions with the model first.
set -eu

cd "$(dirname "$0")/../.."
list=tests/model/functions.txt

# Hashes each function, together with others of the same name, from its declaration to the closing brace, or to the semicolon of an expression body.
# One process does it for all files. The hash is two polynomials over the text without comments and white space.
hashes() {
    awk '
        function hash(text,    i, code, a, b) {
            a = 7; b = 11
            for (i = 1; i <= length(text); i++) {
                code = index(letters, substr(text, i, 1))
                a = (a * 131 + code) % 4294967291
                b = (b * 257 + code) % 4294967279
            }
            return sprintf("%.0f-%.0f", a, b)
        }
        function finish(    name) {
            for (name in text) {
                if (text[name] != "") now[file, name] = hash(text[name])
                text[name] = ""
            }
        }
        BEGIN { for (i = 33; i < 127; i++) letters = letters sprintf("%c", i) }
        NR == FNR { line[++lines] = $0; if (!/^#/) wanted[$1, $2] = 1; next }
        FNR == 1 { finish(); file = FILENAME; inside = "" }
        inside == "" && /^    [a-z].*[ *][A-Za-z]+\(/ {
            name = $0
            sub(/\(.*/, "", name)
            sub(/.*[ *]/, "", name)
            if ((file, name) in wanted) { inside = name; braces = 0 }
        }
        inside != "" {
            stripped = $0
            sub(/\/\/.*/, "", stripped)
            gsub(/[ \t]/, "", stripped)
            text[inside] = text[inside] stripped
            if (/^    {/) braces = 1
            if (/^    }/ || (!braces && /;$/)) inside = ""
        }
        END {
            finish()
            for (i = 1; i <= lines; i++) {
                split(line[i], word, " ")
                print line[i] " " (line[i] ~ /^#/ ? "" : (word[1], word[2]) in now ? now[word[1], word[2]] : "gone")
            }
        }' "$list" $(sed -n '/^#/!s/ .*//p' "$list" | sort -u)
}

if [ "${1:-}" = --refresh ]; then
    hashes | sed '/^#/s/ *$//; /^#/!s/^\([^ ]* [^ ]*\) .* \([^ ]*\)$/\1 \2/' >"$list.new"
    mv "$list.new" "$list"
else
    hashes | awk '!/^#/ && $3 != $4 { print $1, $2 }'
fi
