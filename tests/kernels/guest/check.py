"""What a check may use: running a command, and saying what was seen. A result is one line: `result<TAB>group<TAB>case<TAB>user<TAB>verdict<TAB>what`.

Verdicts: ok; fails; lacks (the kernel or its settings do not have what it takes, and VirtTime says so); agrees N of M (cases as in a time namespace).
"""
import os
import platform
import re
import subprocess
import time

LAUNCHER = '/opt/virttime-run'
PROGRAMS = '/opt/programs/'
USERS = {'root': [], 'user': ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--']}
LIMIT = 120
DAY = 86400
VERSION = tuple(int(number) for number in re.match(r'(\d+)\.(\d+)', platform.release()).groups())
HAS_TIME_NAMESPACE = os.path.exists('/proc/self/ns/time')


class Outcome:
    """The result of a command: its exit status, or 'killed' if it took too long."""

    def __init__(self, status, output, error):
        self.status, self.output, self.error = status, output, error

    def __str__(self):
        return f'status {self.status}; {self.output.strip()[-300:]}; {self.error.strip()[-300:]}'

    def number(self):
        """The first word of the output; -1 if it is no number."""
        words = self.output.split()
        return float(words[0]) if words and re.fullmatch(r'-?\d+(\.\d+)?', words[0]) else -1.0


def run(*command, user='root', **variables):
    started = subprocess.Popen(
        [*USERS[user], *map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        errors='replace', env={**os.environ, **variables})
    try:
        output, error = started.communicate(timeout=LIMIT)
        return Outcome(started.returncode, output, error)
    except subprocess.TimeoutExpired:
        started.kill()
        output, error = started.communicate()
        return Outcome('killed', output, error)


def say(group, case, verdict, what='', user='root'):
    text = ' | '.join(str(what).split('\n'))[:700].replace('\t', ' ').strip()
    print(f'result\t{group}\t{case}\t{user}\t{verdict}\t{text}', flush=True)


def expect(group, case, good, what, user='root'):
    """Prints `what` only if the check failed."""
    say(group, case, 'ok' if good else 'fails', '' if good else what, user)


def near(reading, wanted):
    """Whether a reading is as wanted, allowing for the time that the check takes."""
    return wanted - 2 <= reading <= wanted + 120


def read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError as error:
        return error.strerror


def write(path, text):
    try:
        with open(path, 'w') as file:
            file.write(text)
        return True
    except OSError:
        return False


def uptime():
    return float(read('/proc/uptime').split()[0])


def now():
    return time.clock_gettime(time.CLOCK_MONOTONIC)
