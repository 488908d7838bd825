"""Waits, and prints how long each took, in milliseconds of a clock that is not shifted."""
import asyncio
import queue
import threading
import time

WAIT = 0.3


def timed(name, wait):
    start = time.monotonic()
    wait()
    print("wait", name, (time.monotonic() - start) * 1e3)


def get():
    try:
        queue.Queue().get(timeout=WAIT)
    except queue.Empty:
        pass


def acquire():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire(timeout=WAIT)


def wait_for():
    async def wait():
        try:
            await asyncio.wait_for(asyncio.Event().wait(), WAIT)
        except asyncio.TimeoutError:
            pass

    asyncio.run(wait())


def condition():
    met = threading.Condition()
    with met:
        met.wait(WAIT)


def join():
    thread = threading.Thread(target=time.sleep, args=(60,), daemon=True)
    thread.start()
    thread.join(WAIT)


timed("time.sleep", lambda: time.sleep(WAIT))
timed("asyncio.sleep", lambda: asyncio.run(asyncio.sleep(WAIT)))
timed("asyncio.wait_for", wait_for)
timed("queue.get", get)
timed("threading.Lock.acquire", acquire)
timed("threading.Condition.wait", condition)
timed("threading.Event.wait", lambda: threading.Event().wait(WAIT))
timed("threading.Thread.join", join)
