"""The probes of tests/programs/conformance, natively, in a time namespace and under VirtTime."""
from check import HAS_TIME_NAMESPACE, LAUNCHER, PROGRAMS, run, say

HOUR = 3600
PROBES = ['reads', 'sleeps', 'waits', 'interrupted_waits', 'timers', 'timerfds', 'futexes', 'proc']
NAMESPACE = ['unshare', '--time', '--monotonic', HOUR, '--boottime', HOUR, '--fork', '--kill-child']
VIRTTIME = [LAUNCHER, '--monotonic-offset', '+1h', '--boottime-offset', '+1h', '--']


def numbered(lines):
    """Numbers equal lines: a case may print the same line several times."""
    seen, result = {}, set()
    for line in lines:
        if '=' not in line or ': ' not in line:
            continue
        what = line[:line.index('=')]
        seen[what] = seen.get(what, 0) + 1
        result.add(line if seen[what] == 1 else f'{what} ({seen[what]}){line[len(what):]}')
    return result


def ahead(host, way):
    """How far CLOCK_REALTIME is ahead of each clock, for a probe to compare its readings with; the last one is for times(2)."""
    clocks = list(host)
    shifted = {'natively': [], 'namespace': [1, 4, 6, 7, 9], 'virttime': [1, 4, 6, 7, 9, 12]}[way]
    for clock in shifted:
        clocks[clock] -= HOUR * 10**9
    return ','.join(map(str, clocks))


def cases(lines):
    return {line[:line.index(': ')] for line in lines}


def observe(probe, way, host):
    command = {'natively': [], 'namespace': NAMESPACE, 'virttime': VIRTTIME}[way]
    outcome = run(*command, PROGRAMS + 'probe_' + probe, PROBE_EXPECTED=ahead(host, way))
    if outcome.status != 0:
        say('conformance', f'{probe} {way}', 'fails', outcome)
    return numbered(outcome.output.splitlines())


def conformance():
    host = [int(number) for number in run(PROGRAMS + 'probe_reads').output.strip().split(',')]
    if not HAS_TIME_NAMESPACE:
        say('conformance', 'a time namespace', 'lacks', 'CONFIG_TIME_NS')
    reference = 'namespace' if HAS_TIME_NAMESPACE else 'natively'
    for probe in PROBES:
        seen = {way: observe(probe, way, host) for way in (reference, 'virttime')}
        differing = cases(seen[reference] ^ seen['virttime'])
        total = cases(seen[reference] | seen['virttime'])
        say('conformance', probe, f'agrees {len(total) - len(differing)} of {len(total)}')
        if differing:
            seen['natively'] = observe(probe, 'natively', host)
        for case in sorted(differing)[:20]:
            mine, theirs = ([line for line in sorted(lines) if line.startswith(case + ': ')] for lines in (seen['virttime'], seen[reference]))
            natively = [line for line in sorted(seen['natively']) if line.startswith(case + ': ')]
            as_natively = ' (as natively)' if mine == natively else ''
            say('difference', case, 'differs', f'virttime{as_natively}: {"; ".join(sorted(set(mine) - set(theirs)))}; {reference}: {"; ".join(sorted(set(theirs) - set(mine)))}')
