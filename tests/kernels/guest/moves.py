"""Moving the clocks of a running program while it is blocked in a call, and calls that a stop interrupts."""
import ctypes
import os
import subprocess
import threading
import time

from check import HAS_TIME_NAMESPACE, LAUNCHER, PROGRAMS, USERS, expect, near, run, say

CONFIG = '/tmp/moves.conf'
LEFT = 1000          # the approximate seconds that a call blocks; a move skips the rest of them
SOME = {'clock_nanosleep', 'pthread_cond_timedwait', 'sem_clockwait', 'futex(WAIT_BITSET)'}


class Program:
    """A running program. Its lines are read as they arrive."""

    def __init__(self, *command, user='root'):
        self.process = subprocess.Popen(
            [*USERS[user], *map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines, self.over = [], False
        self.changed = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.strip())
                self.changed.notify_all()
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def value(self, key, limit=30):
        """Returns the value of a line `key=value`; None if the program ends or is silent for too long."""
        def found():
            return [line[len(key) + 1:] for line in self.lines if line.startswith(key + '=')]
        with self.changed:
            self.changed.wait_for(lambda: found() or self.over, limit)
            return (found() or [None])[0]

    def end(self):
        self.process.kill()
        self.process.wait()


def moves():
    listed = run(PROGRAMS + 'block_in').output.splitlines()
    for line in listed:
        function, clock, _ = line.rsplit('/', 2)
        if clock not in ('MONOTONIC', 'BOOTTIME'):
            continue
        for user in USERS:
            if user == 'root' or (function in SOME and clock == 'MONOTONIC'):
                move(function, clock, user)
    served()


def move(function, clock, user):
    case = f'{function} {clock}'
    if os.path.exists(CONFIG):
        os.unlink(CONFIG)
    made = run(LAUNCHER, '--monotonic-offset', '+400d', '--config', CONFIG, user=user)
    if made.status != 0:
        say('move', case, 'fails', made, user)
        return
    program = Program(LAUNCHER, '--config', CONFIG, '--', PROGRAMS + 'block_in', function, clock, user=user)
    try:
        trial = program.value('trial')
        if trial in ('ENOSYS', 'EINVAL'):
            say('move', case, 'lacks', trial, user)
            return
        if program.value('asleep') is None:
            say('move', case, 'fails', f'does not block: {program.lines}', user)
            return
        # The program is stopped twice: the second stop meets the call in the state that the first one left.
        back = run(LAUNCHER, '--config', CONFIG, '--advance', '-500s', user=user)
        early = program.value('error', 0.2)
        over = run(LAUNCHER, '--config', CONFIG, '--advance', f'{LEFT * 10}s', user=user)
        wanted = ['0'] if 'nanosleep' in function else ['ETIMEDOUT']
        error = program.value('error')
        good = early is None and error in wanted and back.status == 0 and over.status == 0
        expect('move', case, good, f'after the first move {early}, after the second {error}; {back}; {over}; {program.lines[-3:]}', user)
    finally:
        program.end()


def served():
    """Moves the clocks of a program by its process id, while it reads them."""
    loop = 'import time, sys\nprint("ready=1", flush=True)\nfor line in sys.stdin: print(line.strip() + "=%f" % time.monotonic(), flush=True)'
    for user in USERS:
        program = Program(LAUNCHER, '--monotonic-at', '12345s', '--', 'python3', '-Sc', loop, user=user)
        try:
            program.value('ready')
            moved = run(LAUNCHER, '--pid', program.process.pid, '--advance', '1h', user=user)
            program.process.stdin.write('first\n')
            program.process.stdin.flush()
            reading = float(program.value('first') or -1)
            expect('move', '--pid --advance', moved.status == 0 and near(reading, 12345 + 3600), f'{moved} {reading}', user)
        finally:
            program.end()


BLOCKED = ('sem_clockwait cond_clockwait futex_bitset futex_relative futex_endless clock_nanosleep nanosleep epoll_endless poll_endless sigtimedwait '
           'semop read').split()
SIGUSR2, SIGCHLD, SIGCONT, SIGSTOP = 12, 17, 18, 19


def interrupted():
    """The effects of a stop on a program. Calls that the kernel itself ends with EINTR after SIGSTOP and SIGCONT are not counted."""
    natively = calls_ended(continued)
    for how, suffix in ((moved, ''), (moved_twice, ' twice'), (moved_while_stopped, ' while stopped'), (moved_among_signals, ' among ignored signals'),
                        (launcher_killed, ' by a launcher that is killed')):
        ended = calls_ended(how)
        for name in [*BLOCKED, *sorted(set(ended) - set(BLOCKED))]:
            if name not in ended or name in natively:
                say('stop', name + suffix, 'ok')
            else:
                say('stop', name + suffix, 'fails', f'ends with {ended[name]}, and goes on over SIGSTOP and SIGCONT')
    handled()


def calls_ended(how):
    program = Program(LAUNCHER, '--monotonic-at', '12345s', '--', PROGRAMS + 'interrupted_calls')
    try:
        if program.value('asleep') is None:
            say('stop', 'interrupted_calls', 'fails', program.lines)
            return {}
        how(program.process)
        time.sleep(1)
        return dict(line.split('=', 1) for line in program.lines if '=' in line and not line.startswith('asleep'))
    finally:
        program.end()


def continued(process):
    process.send_signal(SIGSTOP)
    time.sleep(0.3)
    process.send_signal(SIGCONT)


def moved(process):
    seen = run(LAUNCHER, '--pid', process.pid, '--advance', '60s')
    if seen.status != 0:
        say('stop', '--advance', 'fails', seen)


def moved_twice(process):
    moved(process)
    continued(process)
    moved(process)


def moved_while_stopped(process):
    process.send_signal(SIGSTOP)
    time.sleep(0.3)
    moved(process)
    process.send_signal(SIGCONT)


def moved_among_signals(process):
    """A traced thread also stops for a signal that its process ignores: the kernel reports it to the tracer."""
    launcher = subprocess.Popen([LAUNCHER, '--pid', str(process.pid), '--advance', '60s'])
    while launcher.poll() is None:
        for thread in os.listdir(f'/proc/{process.pid}/task'):
            signal_thread(process.pid, int(thread), SIGCHLD)
        time.sleep(0.001)
    if launcher.returncode != 0:
        say('stop', '--advance among signals', 'fails', launcher.returncode)


def launcher_killed(process):
    """If the launcher is killed at any point, each call goes on, with its old or its new deadline."""
    for milliseconds in range(2, 62, 10):
        launcher = subprocess.Popen([LAUNCHER, '--pid', str(process.pid), '--advance', '60s'])
        time.sleep(milliseconds / 1000)
        launcher.kill()
        launcher.wait()


def signal_thread(process, thread, signal):
    ctypes.CDLL(None).syscall({'x86_64': 234, 'aarch64': 131}[os.uname().machine], process, thread, signal)


def handled():
    """A signal with a handler still ends a wait with EINTR, whether it arrives before, during or after the stop."""
    for function in ('sem_clockwait', 'futex(WAIT_BITSET)'):
        seen = {delay: handled_after(function, delay / 1000) for delay in (0, 10, 20, 40)}
        seen['behind'] = handled_after(function, None)
        expect('stop', f'{function} and a handler', set(seen.values()) == {'EINTR'}, seen)


def handled_after(function, delay):
    program = Program(LAUNCHER, '--monotonic-at', '12345s', '--', PROGRAMS + 'block_in', function, 'MONOTONIC')
    try:
        program.value('asleep')
        launcher = subprocess.Popen([LAUNCHER, '--pid', str(program.process.pid), '--advance', '1s'])
        if delay is None:
            launcher.wait()
        else:
            time.sleep(delay)
        signal_thread(program.process.pid, program.process.pid, SIGUSR2)
        launcher.wait()
        return program.value('error')
    finally:
        program.end()
