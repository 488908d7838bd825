"""--backend namespace, and kernel settings that forbid some operations."""
import os

import placement
from check import HAS_TIME_NAMESPACE, LAUNCHER, USERS, VERSION, expect, near, read, run, say, write

ENTERS_BY_EXEC = VERSION >= (6, 2)
SETTINGS = {
    'unprivileged_userns_clone=0': ('/proc/sys/kernel/unprivileged_userns_clone', 'unprivileged_userns_clone is 0'),
    'max_user_namespaces=0': ('/proc/sys/user/max_user_namespaces', 'max_user_namespaces is 0'),
    'max_time_namespaces=0': ('/proc/sys/user/max_time_namespaces', 'max_time_namespaces is 0'),
}
YAMA = '/proc/sys/kernel/yama/ptrace_scope'


def launch(user):
    return run(LAUNCHER, '--backend', 'namespace', '--monotonic-at', '12345s', '--', '/bin/busybox', 'cat', '/proc/uptime', user=user)


def namespaces():
    for user in USERS:
        namespace('no setting', user, None)
    for name, (path, reason) in SETTINGS.items():
        old = read(path)
        if not os.path.exists(path):
            say('namespace', name, 'lacks', 'no such setting')
            continue
        write(path, '0')
        for user in USERS:
            namespace(name, user, reason)
        write(path, old)


def namespace(case, user, reason):
    seen = launch(user)
    one_line = seen.status == 125 and len(seen.error.splitlines()) == 1
    if not ENTERS_BY_EXEC:
        # A message must not blame a setting if raising it would not help.
        good = one_line and 'before Linux 6.2' in seen.error or not HAS_TIME_NAMESPACE and one_line
        say('namespace', case, 'lacks' if good else 'fails', seen.error if good else seen, user)
    elif seen.status == 0:
        good = near(seen.number(), 12345) and (reason is None or user == 'root')
        expect('namespace', case, good, seen, user)
    else:
        good = reason is not None and one_line and reason in seen.error
        say('namespace', case, 'lacks' if good else 'fails', seen.error if good else seen, user)


def yama():
    if not os.path.exists(YAMA):
        say('yama', 'ptrace_scope', 'lacks', 'CONFIG_SECURITY_YAMA')
        return
    from moves import Program
    for scope in '0123':
        if not write(YAMA, scope):
            say('yama', f'ptrace_scope={scope}', 'fails', read(YAMA))
            continue
        for user in USERS:
            program = Program(LAUNCHER, '--monotonic-at', '12345s', '--', 'sh', '-c', 'echo ready=1; exec sleep 1000', user=user)
            try:
                program.value('ready')
                stopping = run(LAUNCHER, '--pid', program.process.pid, '--advance', '1h', user=user)
                without = run(LAUNCHER, '--pid', program.process.pid, '--advance', '1h', '--no-freeze', user=user)
                allowed = scope == '0' or (user == 'root' and scope in '12')
                refused = stopping.status == 125 and len(stopping.error.splitlines()) == 1 and 'ptrace_scope' in stopping.error
                say('yama', f'ptrace_scope={scope}', 'ok' if stopping.status == 0 and allowed else 'lacks' if refused and not allowed else 'fails',
                    '' if stopping.status == 0 and allowed else stopping.error if refused else stopping, user)
                expect('yama', f'ptrace_scope={scope} --no-freeze', without.status == 0, without, user)
            finally:
                program.end()
            placement.at_scope(scope, user)
