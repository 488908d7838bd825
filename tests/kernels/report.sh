#!/bin/sh
# usage: tests/kernels/report.sh [--count NAME...]
# Prints docs/support.md, made of results/*.txt; known.txt says why a case is as it is. With --count only `N passed, N failed` for these kernels, where a
# failure is one whose reason is not known.
set -eu

cd "$(dirname "$0")"
if [ "${1:-}" = --count ]; then
    shift
    mode=count
else
    mode=report
    set -- $(for name in x64-5.10 x64-6.1 x64-6.12 x64-newest arm64-6.1 arm64-newest arm64-16k; do [ ! -e "results/$name.txt" ] || echo "$name"; done)
fi
files=
for name in "$@"; do
    [ ! -e "results/$name.txt" ] || files="$files results/$name.txt"
done

exec awk -F'\t' -v mode="$mode" '
    function known(kernel, group, name,    i) {
        for (i = 1; i <= reasons; i++) {
            if (match(kernel "/" group "/" name, "^(" pattern[i] ")$"))
                return reason[i]
        }
        return ""
    }
    FILENAME == "known.txt" {
        if (!/^(#|$)/) { pattern[++reasons] = $1; reason[reasons] = $2 }
        next
    }
    FNR == 1 { kernel = FILENAME; gsub(/results\/|\.txt/, "", kernel); kernels[++many] = kernel; day[kernel] = $2 }
    $1 == "release" { split($2, words, " "); release[kernel] = words[1]; machine[kernel] = words[2] }
    $1 == "agrees" { same[kernel] += $3; cases[kernel] += $4 }
    $1 == "count" { ok[kernel, $2] = $3; all[kernel, $2] = $4; passed += $3 }
    $1 == "case" {
        why = known(kernel, $2, $3)
        what = $6
        gsub(/\|/, "", what)
        line = "- " ($5 == "lacks" ? "" : $2 ", ") "`" $3 "`" ($4 == "root" ? "" : " as an ordinary user") ": "
        if ($5 == "lacks")
            lacking[kernel] = lacking[kernel] line (why != "" ? why : what) "\n"
        else {
            if (why == "" && $2 != "difference") failed++
            else passed += $2 != "difference" && $5 == "fails"
            if (why == "" && $2 == "difference") failed++
            other[kernel] = other[kernel] line (why != "" ? why : "**reason not known**: " what) "\n"
        }
    }
    function cell(kernel, group) { return (kernel, group) in all ? ok[kernel, group] "/" all[kernel, group] : "-" }
    END {
        if (mode == "count") { print passed + 0 " passed, " failed + 0 " failed"; exit (failed > 0) }
        print "# Kernels and processors\n"
        print "What VirtTime does on kernels of Debian, under qemu-system, seen by `scripts/test.sh --kernels`. This page is made by `tests/kernels/report.sh` of the last"
        print "run of each kernel (`tests/kernels/results/`).\n"
        print "*Conformance* counts the cases of the probes in `tests/programs/conformance` that are under VirtTime as in a time namespace. The other columns count"
        print "checks that came out as they shall: launches and what a program starts, `/proc`, moving the clocks of a program that is blocked in a call, calls that a stop does not"
        print "end, `--backend namespace` with the settings that forbid it, and Yama from 0 to 3. A check whose refusal is right counts as *lacking*, below.\n"
        print "| kernel | processor | run | conformance | launch | exec | /proc | move | stop | namespace | Yama |"
        print "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        for (i = 1; i <= many; i++) {
            k = kernels[i]
            print "| " release[k] " | " machine[k] " | " day[k] " | " same[k] "/" cases[k] " | " cell(k, "launch") " | " cell(k, "exec") " | " cell(k, "proc") " | " \
                cell(k, "move") " | " cell(k, "stop") " | " cell(k, "namespace") " | " cell(k, "yama") " |"
        }
        for (i = 1; i <= many; i++) {
            k = kernels[i]
            print "\n## " release[k] " (" machine[k] ")"
            if (other[k] != "") printf "\nNot as in the reference:\n\n%s", other[k]
            if (lacking[k] != "") printf "\nLacking, and refused or skipped:\n\n%s", lacking[k]
            if (other[k] lacking[k] == "") print "\nAll is as it shall be."
        }
    }' known.txt ${files:-/dev/null}
