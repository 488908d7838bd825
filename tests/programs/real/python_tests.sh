#!/bin/sh
# python_tests.sh DIRECTORY MODULE...: CPython's own regression tests, one after another.
directory=$1
shift
cd "$directory" || exit 1
for module in "$@"; do
    timeout 900 python3 -m test -W --timeout 300 "$module" >"$module.log" 2>&1 </dev/null
    echo "$module=$?"
    # Of those that fail natively too, which tests they are.
    grep -E '^(ERROR|FAIL): ' "$module.log" | sort -u
done
