#!/bin/sh
# python_tests.sh DIRECTORY MODULE...: runs CPython's own regression tests, one after another.
directory=$1
shift
cd "$directory" || exit 1
for module in "$@"; do
    timeout 900 python3 -m test -W --timeout 300 "$module" >"$module.log" 2>&1 </dev/null
    echo "$module=$?"
    # Prints the names of the failed tests, because some fail natively too.
    grep -E '^(ERROR|FAIL): ' "$module.log" | sort -u
done
