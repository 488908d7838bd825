#!/bin/sh
# usage: tests/kernels/report.sh [--count NAME...]
# Prints docs/support.md from results/*.txt; known.txt gives the reasons of results. With --count, prints only `N passed, N failed` for these kernels.
# A failure counts only if known.txt has no reason for it.
set -eu

cd "$(dirname "$0")"
if [ "${1:-}" = --count ]; then
    shift
    mode=count
else
    mode=report
    set -- x64-5.10 x64-6.1 x64-6.12 x64-newest arm64-6.1 arm64-newest arm64-16k
fi
files= missing=
for name in "$@"; do
    if [ -e "results/$name.txt" ]; then
        files="$files results/$name.txt"
    else
        missing="$missing${missing:+, }$name"
    fi
done

exec awk -F'\t' -v mode="$mode" -v missing="$missing" '
    function known(kernel, group, name,    i) {
        for (i = 1; i <= reasons; i++) {
            if (match(kernel "/" group "/" name, "^(" pattern[i] ")$"))
                return reason[i]
        }
        return ""
    }
    # Cases with the same reason share a line.
    function note(kernel, kind, why, name) {
        if (!((kernel, kind, why) in cases_of)) list[kernel, kind, ++notes[kernel, kind]] = why
        cases_of[kernel, kind, why] = cases_of[kernel, kind, why] ((kernel, kind, why) in cases_of && cases_of[kernel, kind, why] != "" ? ", " : "") name
    }
    function show(kernel, kind, title,    i) {
        if (!notes[kernel, kind]) return
        printf "\n%s\n\n", title
        for (i = 1; i <= notes[kernel, kind]; i++)
            print "- " cases_of[kernel, kind, list[kernel, kind, i]] ": " list[kernel, kind, i]
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
        name = "`" $3 "`" ($4 == "root" ? "" : " (ordinary user)")
        if ($5 == "lacks") {
            passed++
            lacks[kernel, $2]++
            note(kernel, "lacking", why != "" ? why : what, name)
        } else {
            if (why == "") failed++
            else passed++
            note(kernel, "other", why != "" ? why : "**unknown reason**: " what, $2 " " name)
        }
    }
    function cell(kernel, group,    rest) {
        if (!((kernel, group) in all)) return "-"
        rest = all[kernel, group] - lacks[kernel, group]
        return rest > 0 ? ok[kernel, group] "/" rest : "lacking"
    }
    END {
        if (mode == "count") { print passed + 0 " passed, " failed + 0 " failed"; exit (failed > 0) }
        print "# Kernels and processors\n"
        print "Results of VirtTime on Debian kernels under qemu-system, from `scripts/test.sh --kernels`. `tests/kernels/report.sh` makes this page from the last run of"
        print "each kernel (`tests/kernels/results/`).\n"
        print "*Conformance* counts the cases of the probes in `tests/programs/conformance` that have the same result under VirtTime as in a time namespace. The other"
        print "columns count the checks that passed: launches and child processes, slots of children and of cancelled threads, `/proc`, static Go programs, moving the clocks of a"
        print "program that is blocked in a call, calls that a stop does not end, `--backend namespace` with the settings that forbid it, and Yama from 0 to 3. They"
        print "leave out checks of features that the kernel does not have or that its settings forbid. These checks are listed below as *lacking*. \"-\" means that"
        print "this group of checks was not run. \"The reference\" is a time namespace.\n"
        print "| kernel | processor | run | conformance | launch | exec | slots | /proc | static Go | move | stop | namespace | Yama |"
        print "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        for (i = 1; i <= many; i++) {
            k = kernels[i]
            print "| " release[k] " | " machine[k] " | " day[k] " | " same[k] "/" cases[k] " | " cell(k, "launch") " | " cell(k, "exec") " | " cell(k, "slots") " | " cell(k, "proc") " | " cell(k, "placement") " | " \
                cell(k, "move") " | " cell(k, "stop") " | " cell(k, "namespace") " | " cell(k, "yama") " |"
        }
        if (missing != "") print "\nNo run yet: " missing (missing ~ /arm64-16k/ ? " (arm64 with pages of 16 KiB)" : "") "."
        for (i = 1; i <= many; i++) {
            k = kernels[i]
            print "\n## " release[k] " (" machine[k] ")"
            show(k, "other", "Different from the reference:")
            show(k, "lacking", "Lacking, so refused or skipped:")
            if (!notes[k, "other"] && !notes[k, "lacking"]) print "\nAll results are as expected."
        }
    }' known.txt ${files:-/dev/null}
