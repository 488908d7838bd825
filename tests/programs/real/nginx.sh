#!/bin/bash
# nginx.sh DIRECTORY: runs a server with two workers, whose files are in the directory, and sends requests on loopback.
set -eu
port=$((20000 + $$ % 20000))
echo hello >"$1/index.html"
chmod 755 "$1"
cat >"$1/nginx.conf" <<END
daemon off; worker_processes 2; pid $1/nginx.pid; error_log $1/error.log;
events { worker_connections 64; }
http {
    access_log off; client_body_temp_path $1/body; proxy_temp_path $1/proxy; fastcgi_temp_path $1/fastcgi;
    uwsgi_temp_path $1/uwsgi; scgi_temp_path $1/scgi; keepalive_timeout 1s; client_header_timeout 1s;
    server { listen 127.0.0.1:$port; root $1; }
}
END
# The server is in this script's process group, so the script's time limit also ends the server and its workers. So does each end of the script.
trap 'kill -TERM "$server" 2>/dev/null && wait "$server" || :' EXIT
timeout --foreground --kill-after=5 60 nginx -c "$1/nginx.conf" -p "$1" 2>"$1/start.log" &
server=$!
get() { curl -s --max-time 20 "http://127.0.0.1:$port/"; }
for _ in $(seq 100); do [ "$(get)" = hello ] && break || sleep 0.1; done
answers=0
for _ in $(seq 50); do [ "$(get)" = hello ] && answers=$((answers + 1)); done
echo "answers=$answers"

# The server closes the connection of a silent client after a second.
exec 3<>"/dev/tcp/127.0.0.1/$port"
start=$(date +%s%N)
timeout 20 cat <&3 >"$1/silence" || true
elapsed=$((($(date +%s%N) - start) / 1000000))
echo "silent client=$([ $elapsed -ge 500 ] && [ $elapsed -lt 15000 ] && echo closed in time || echo $elapsed ms)"
kill -QUIT $(cat "$1/nginx.pid")
wait $server && echo "exit=0" || echo "exit=$?"
