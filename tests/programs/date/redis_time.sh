#!/bin/sh
# redis_time.sh DIRECTORY: prints the date that redis reads. The server's socket is in the directory.
set -eu
socket=$1/redis.sock
redis-server --port 0 --unixsocket "$socket" --save '' --dir "$1" --daemonize no >"$1/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || :' EXIT
tries=0
until redis-cli -s "$socket" ping >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { cat "$1/log" >&2; exit 1; }
    sleep 0.05
done
set -- $(redis-cli -s "$socket" TIME)
printf 'now=%s.%06d\n' "$1" "$2"
