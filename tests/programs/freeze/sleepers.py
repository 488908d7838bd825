# sleepers.py SECONDS: threads wait for this long in several ways. The program ends when all have woken.
import os, queue, sys, threading, time

seconds = float(sys.argv[1])
end = time.monotonic() + seconds


def wait_for_queue():
    try:
        queue.Queue().get(timeout=seconds)
    except queue.Empty:
        pass


waits = [
    lambda: threading.Event().wait(seconds),
    lambda: (lock := threading.Lock()).acquire() and lock.acquire(timeout=seconds),
    lambda: threading.Semaphore(0).acquire(timeout=seconds),
    wait_for_queue,
]
threads = [threading.Thread(target=wait) for wait in waits]
for thread in threads:
    thread.start()
time.sleep(0.2)
print(f"pid={os.getpid()}", flush=True)
for thread in threads:
    thread.join()
print(f"woken={len(threads)}")
print(f"late_ms={int((time.monotonic() - end) * 1000)}")
