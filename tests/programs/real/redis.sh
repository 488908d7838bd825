#!/bin/bash
# redis.sh DIRECTORY: runs a server on a socket in the directory, under load, and with clients that wait.
set -eu
socket=$1/redis.sock
timeout 120 redis-server --port 0 --unixsocket "$socket" --save '' --appendonly no --daemonize no >"$1/redis.log" 2>&1 &
server=$!
cli() { timeout 60 redis-cli -s "$socket" "$@"; }
for _ in $(seq 100); do [ "$(cli ping 2>/dev/null)" = PONG ] && break || sleep 0.1; done
echo "ping=$(cli ping)"

timeout 60 redis-benchmark -s "$socket" -q -n 5000 -t set,get,lpush,lpop >"$1/benchmark.log"
echo "benchmark=$(tr '\r' '\n' <"$1/benchmark.log" | grep -c 'requests per second, p50')"

start=$(date +%s%N)
echo "BLPOP=$(cli blpop nothing 0.3)"
elapsed=$((($(date +%s%N) - start) / 1000000))
echo "BLPOP waited=$([ $elapsed -ge 250 ] && [ $elapsed -lt 10000 ] && echo as asked || echo $elapsed ms)"

cli set key value PX 1500 >/dev/null
echo "before expiry=$(cli exists key)"
sleep 2.5
echo "after expiry=$(cli exists key)"
(sleep 0.3; cli rpush list element >/dev/null) &
echo "BLPOP of what comes=$(cli blpop list 30 | tr '\n' ' ')"
cli shutdown nosave >/dev/null 2>&1 || true
wait $server && echo "exit=0" || echo "exit=$?"
