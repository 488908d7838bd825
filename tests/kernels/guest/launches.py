"""Launches, child processes, dates and /proc."""
import time

from check import DAY, LAUNCHER, USERS, expect, near, run, uptime

FAR = 400 * DAY
STARTS = {
    'env -i': ['env', '-i', '/bin/cat', '/proc/uptime'],
    'a shell': ['sh', '-c', 'cat /proc/uptime; :'],
    'execve from Python': ['python3', '-Sc', "import os; os.execve('/bin/cat', ['cat', '/proc/uptime'], {})"],
    'posix_spawn from Python': ['python3', '-Sc', "import os; os.waitpid(os.posix_spawn('/bin/cat', ['cat', '/proc/uptime'], {}), 0)"],
    'a forked child': ['python3', '-Sc', "import os, time\nif os.fork() == 0: print(time.clock_gettime(7), flush=True); os._exit(0)\nos.wait()"],
}


def launches():
    for user in USERS:
        seen = run(LAUNCHER, '--monotonic-at', '12345s', '--', 'python3', '-Sc', 'import time; print(time.monotonic())', user=user)
        expect('launch', '--monotonic-at', near(seen.number(), 12345), seen, user)
        seen = run(LAUNCHER, '--realtime-at', '2038-01-19T03:14:07Z', '--', 'date', '--utc', '+%s', user=user)
        expect('launch', '--realtime-at', near(seen.number(), 2147483647), seen, user)
        seen = run(LAUNCHER, '--realtime-at', '@2000000000', '--realtime-rate', '3600', '--', 'sh', '-c', 'sleep 1; date +%s', user=user)
        expect('launch', '--realtime-rate', 3600 <= seen.number() - 2000000000 <= 60 * 3600, seen, user)
        seen = run(LAUNCHER, '--monotonic-offset', '+400d', '--', '/bin/busybox', 'true', user=user)
        expect('launch', 'a static program is refused', seen.status == 125 and len(seen.error.splitlines()) == 1, seen, user)
        seen = run(LAUNCHER, '--monotonic-offset', '+400d', '--', LAUNCHER, '--none', '--', 'cat', '/proc/uptime', user=user)
        expect('launch', '--none', near(seen.number(), uptime() - 60), seen, user)
        seen = run(LAUNCHER, '--list', user=user)
        expect('launch', '--list', seen.status == 0, seen, user)
        for name, command in STARTS.items():
            seen = run(LAUNCHER, '--monotonic-offset', '+400d', '--', *command, user=user)
            expect('exec', name, near(seen.number(), uptime() + FAR - 60), seen, user)
        seen = run(LAUNCHER, '--monotonic-offset', '+400d', '--', 'sh', '-c', 'VIRT_TIME_INHERIT=0 cat /proc/uptime; :', user=user)
        expect('exec', 'VIRT_TIME_INHERIT=0', near(seen.number(), uptime() - 60), seen, user)
        proc(user)


def proc(user):
    shifted = [LAUNCHER, '--monotonic-offset', '+400d', '--']
    seen = run(*shifted, 'cat', '/proc/uptime', user=user)
    expect('proc', '/proc/uptime', near(seen.number(), uptime() + FAR - 60), seen, user)
    seen = run(*shifted, 'sed', '-n', 's/^btime //p', '/proc/stat', user=user)
    expect('proc', 'btime', abs(seen.number() - (time.time() - uptime() - FAR)) < 60, seen, user)
    seen = run(*shifted, 'cut', '-d ', '-f22', '/proc/self/stat', user=user)
    expect('proc', 'start times', near(seen.number() / 100, uptime() + FAR - 60), seen, user)
    seen = run(*shifted, 'ps', '-o', 'etimes=', '-p', '1', user=user)
    expect('proc', 'ps', near(seen.number(), uptime() - 60), seen, user)
