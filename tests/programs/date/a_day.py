"""Waits for each full hour of a day by the date, and prints what it saw: hours, readings that went back, and the latest arrival in seconds."""
import time

hour, backwards, late, before = (int(time.time()) // 3600 + 1) * 3600, 0, 0.0, time.time()
for _ in range(24):
    while (now := time.time()) < hour:
        backwards += now < before
        before = now
        time.sleep(0.005)
    late = max(late, now - hour)
    hour += 3600
print(f'hours=24\nbackwards={backwards}\nlate={late:.1f}')
