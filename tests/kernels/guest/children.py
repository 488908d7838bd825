"""Slots of children that were not made by libc, and of threads that are cancelled. A user-mode emulator handles these differently from a kernel."""
from check import LAUNCHER, PROGRAMS, expect, run

MONOTONIC_PLUS_ONE = '2'
CANCELLED = ['clock_nanosleep', 'pthread_cond_clockwait', 'sem_clockwait']
FAR = "clock_nanosleep, with an id that is far from the first thread's"
SHIFTED = [LAUNCHER, '--monotonic-at', '12345s', '--']
IDLE = {'0', '0.000000000'}


def values(outcome):
    return dict(line.split('=', 1) for line in outcome.output.splitlines() if '=' in line)


def children():
    for way in ('fork', 'clone', 'vfork'):
        seen = run(*SHIFTED, PROGRAMS + 'strange_children', way)
        said = values(seen)
        good = (said.get('own'), said.get('child'), said.get('child_done')) == ('0', '0', '1') and said.get('own_slot_after') in IDLE
        if way != 'vfork':
            good = good and said.get('child_slot_in_flight') not in IDLE | {None} and said.get('child_slot_after') in IDLE
        expect('slots', f'a child of a raw {way}', seen.status == 0 and good, seen)
    for function in CANCELLED + [FAR]:
        # The library maps the slots of 4096 thread ids at a time. FAR's second thread gets the id 4096.
        command = [*SHIFTED, PROGRAMS + 'cancel_wait', function.split(',')[0]]
        seen = run('sh', '-c', 'echo 4095 >/proc/sys/kernel/ns_last_pid && exec "$@"', 'sh', *command) if function == FAR else run(*command)
        said = values(seen)
        good = said.get('clock_in_flight') == MONOTONIC_PLUS_ONE and said.get('canceled') == '1' and said.get('slot') in IDLE and said.get('clock') == '0'
        expect('slots', f'a thread that is cancelled in {function}', seen.status == 0 and good, seen)
