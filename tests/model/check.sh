#!/bin/sh
# usage: tests/model/check.sh [--long] [SECONDS [WORD]]
# Runs spin on the cases of cases.txt one after another, for at most SECONDS (60) in all, each in a temporary directory. --long adds the cases that
# take longer; WORD selects the cases whose line contains it. Prints a line for each case: `ok` or `WRONG`, or `not reached` if the time was up. Needs
# spin and gcc. A case may take 3 GB of memory.
set -eu

long=
[ "${1:-}" != --long ] || { long=1; shift; }
end=$(($(date +%s) + ${1:-60})) word=${2:-}
model=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# search MODEL OPTIONS...: prints holds, breaks or unknown, and the number of states.
search() {
    file=$model/$1.pml
    shift
    spin -a "$@" "$file" >spin.log 2>&1
    gcc -w -DSAFETY -DCOLLAPSE -DMEMLIM=3072 -o pan pan.c
    left=$((end - $(date +%s)))
    [ "$left" -gt 0 ] || { echo unknown; return; }
    timeout "$left" ./pan -m500000 -w20 >pan.log 2>&1 || { echo unknown; return; }
    states=$(awk '/states, stored/ { print $1 }' pan.log)
    if grep -q 'errors: [1-9]' pan.log; then
        grep -q 'assertion violated' pan.log && echo "breaks $states" || echo "unknown $states"
    elif grep -qE 'max search depth too small|out of memory|reached -DMEMLIM' pan.log; then
        echo "unknown $states"
    else
        echo "holds $states"
    fi
}

wrong=0
while read -r line; do
    case $line in
        '#'* | '') continue ;;
        long\ *) [ -n "$long" ] || continue; line=${line#long } ;;
    esac
    case $line in *"$word"*) ;; *) continue ;; esac
    set -- ${line%%:*}
    name=$1 verdict=$2
    shift 2
    [ "$(date +%s)" -lt "$end" ] || { echo "not reached: $line"; continue; }
    found=$(search "$name" "$@")
    case $verdict:$found in
        holds:holds* | breaks:breaks* | limit:breaks*) echo "ok: ${found#* } states: $line" ;;
        *:unknown) echo "not reached: $line" ;;
        *) echo "WRONG: $found: $line"; wrong=1 ;;
    esac
done <"$model/cases.txt"
exit "$wrong"
