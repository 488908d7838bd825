"""Prints the nanoseconds of CPU time for a storm of asyncio timers."""
import asyncio
import time


async def storm() -> None:
    for _ in range(20):
        await asyncio.gather(*(asyncio.sleep(i % 7 * 0.0005) for i in range(1000)))


start = time.process_time_ns()
asyncio.run(storm())
print(time.process_time_ns() - start)
