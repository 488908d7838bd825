"""Static Go programs, into which the launcher places the library."""
import os
import subprocess

from check import LAUNCHER, PROGRAMS, USERS, expect, near, run, say

PROGRAM = PROGRAMS + 'placed'
LAUNCH = [LAUNCHER, '--realtime-at', '2031-03-03T00:00:00Z', '--monotonic-at', '12345s', '--', PROGRAM]
CLOCK, DATE = 12345, 1930262400


def value(seen, key):
    """The number of the last line KEY=NUMBER; -1 if there is none."""
    values = [line[len(key) + 1:] for line in seen.output.splitlines() if line.startswith(key + '=')]
    return float(values[-1]) if values else -1.0


def is_virtual(seen, later=0):
    return 0 <= value(seen, 'clock') - CLOCK - later < 120 and 0 <= value(seen, 'date') - DATE - later < 120


def placement():
    if not os.path.exists(PROGRAM):
        say('placement', 'a static Go program', 'lacks', 'the image was made without Go')
        return
    for user in USERS:
        seen = run(*LAUNCH, 'clocks', user=user)
        expect('placement', 'a static Go program', is_virtual(seen), seen, user)
        seen = run(*LAUNCH, 'state', user=user)
        untouched = 'child=-1 no child processes' in seen.output and 'TracerPid:\t0' in seen.output and f'exe={PROGRAM}' in seen.output
        expect('placement', 'its state', seen.status == 0 and untouched, seen, user)
        seen = run(*LAUNCH, 'timers', user=user)
        lengths = [float(line.split('=')[1]) for line in seen.output.splitlines()]
        expect('placement', 'its timers', len(lengths) == 18 and all(290 <= length < 5000 for length in lengths), seen, user)
        seen = run(*LAUNCH, 'serve', '1s', user=user)
        expect('placement', 'a server', value(seen, 'wrong') == 0 and value(seen, 'requests') > 0, seen, user)
        seen = run(*LAUNCH, 'starts', 'date', '--utc', '+%s', user=user)
        expect('placement', 'its dynamic child', near(seen.number(), DATE), seen, user)
        seen = run(*LAUNCH, 'stress', '2s', user=user)
        expect('placement', 'signals and collections', seen.status == 0 and value(seen, 'backwards') == 0, seen, user)
    advance()


def advance():
    with subprocess.Popen([*LAUNCH, 'wait', '1h'], stdout=subprocess.PIPE, text=True) as program:
        pid = program.stdout.readline().strip()[len('pid='):]
        seen = run(LAUNCHER, '--pid', pid, '--advance', '1h')
        try:
            seen.output = program.communicate(timeout=60)[0]
        except subprocess.TimeoutExpired:
            program.kill()
        expect('placement', '--advance ends a timer', is_virtual(seen, 3600), seen)


def at_scope(scope, user):
    """Yama's scope 1 lets a process be traced by a child that it names, as the launcher does."""
    if not os.path.exists(PROGRAM):
        return
    seen = run(*LAUNCH, 'clocks', user=user)
    allowed = scope in '01' or (user == 'root' and scope == '2')
    refused = seen.status == 125 and len(seen.error.splitlines()) == 1 and f'ptrace_scope is {scope}' in seen.error
    verdict = 'ok' if allowed and is_virtual(seen) else 'lacks' if refused and not allowed else 'fails'
    say('yama', f'placement at ptrace_scope={scope}', verdict, '' if verdict == 'ok' else seen.error if refused else seen, user)
