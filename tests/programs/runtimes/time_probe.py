"""Prints the clock, and how long waits take by that clock and by the wall clock."""
import queue
import threading
import time


def timed(name, wait):
    virtual, wall = time.monotonic(), time.time()
    wait()
    print("wait", name, (time.monotonic() - virtual) * 1e3, (time.time() - wall) * 1e3)


def get():
    try:
        queue.Queue().get(timeout=0.3)
    except queue.Empty:
        pass


print("clock=%.9f" % time.monotonic())
print("date=%.6f" % time.time())
timed("time.sleep", lambda: time.sleep(0.3))
timed("threading.Event.wait", lambda: threading.Event().wait(0.3))
timed("queue.get", get)
