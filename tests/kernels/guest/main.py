"""usage: main.py [GROUP...]: runs groups of checks in the guest, one after another; without a name, all.

Yama is last, because its highest value cannot be undone.
"""
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(__file__))

import conformance
import launches
import moves
import placement
import settings
from check import HAS_TIME_NAMESPACE, platform, say

GROUPS = {
    'launches': launches.launches,
    'placement': placement.placement,
    'moves': moves.moves,
    'interrupted': moves.interrupted,
    'namespaces': settings.namespaces,
    'conformance': conformance.conformance,
    'yama': settings.yama,
}

say('kernel', 'release', 'ok', f'{platform.release()} {platform.machine()} page {os.sysconf("SC_PAGESIZE")}')
say('kernel', 'time namespaces', 'ok' if HAS_TIME_NAMESPACE else 'lacks')
for name in [name for name in GROUPS if name in sys.argv[1:]] or GROUPS:
    start = time.monotonic()
    try:
        GROUPS[name]()
    except Exception:
        say(name, 'the checks themselves', 'fails', traceback.format_exc()[-600:])
    print(f'took\t{name}\t{time.monotonic() - start:.1f} s of the guest', flush=True)
