"""Static Go programs, into which the launcher places the library, and static programs of other languages."""
from check import LAUNCHER, PROGRAMS, USERS, expect, near, run, uptime
from moves import Program

DATE = 1930262400
SHIFTED = [LAUNCHER, '--realtime-at', '2031-03-03T00:00:00Z', '--monotonic-at', '12345s', '--']


def values(outcome):
    return dict(line.split('=', 1) for line in outcome.output.splitlines() if '=' in line)


def placement():
    for user in USERS:
        seen = run(*SHIFTED, PROGRAMS + 'placed', 'clocks', user=user)
        said = values(seen)
        good = seen.status == 0 and near(float(said.get('clock', -1)), 12345) and near(float(said.get('date', -1)), DATE)
        expect('placement', 'clocks', good and near(float(said['raw']), uptime() - 60), seen, user)
        seen = run(*SHIFTED, PROGRAMS + 'placed', 'state', user=user)
        lines = [line.replace('\t', ' ') for line in seen.output.splitlines()]
        expect('placement', 'no trace remains', seen.status == 0 and 'TracerPid: 0' in lines and f'exe={PROGRAMS}placed' in lines, seen, user)
        seen = run(*SHIFTED, PROGRAMS + 'placed', 'starts', 'date', '--utc', '+%s', user=user)
        expect('placement', 'a dynamic child', near(seen.number(), DATE), seen, user)
        seen = run(*SHIFTED, PROGRAMS + 'placed', 'stress', '2s', user=user)
        expect('placement', 'signals and collections', seen.status == 0 and 'backwards=0' in seen.output, seen, user)
        moved(user)


def moved(user):
    program = Program(*SHIFTED, PROGRAMS + 'placed', 'wait', '1000s', user=user)
    try:
        pid = program.value('pid')
        seen = run(LAUNCHER, '--pid', pid, '--advance', '2000s', user=user)
        clock = float(program.value('clock') or -1)
        expect('placement', '--advance', seen.status == 0 and near(clock, 12345 + 2000), f'{seen} {program.lines}', user)
    finally:
        program.end()
