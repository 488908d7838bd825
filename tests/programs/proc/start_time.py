# Prints when the process PID was started and the machine's uptime, computed as psutil does.
import os
import sys

with open("/proc/stat") as file:
    boot = next(int(line.split()[1]) for line in file if line.startswith("btime "))
with open(f"/proc/{sys.argv[1]}/stat", "rb") as file:
    start = int(file.read().rpartition(b")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
with open("/proc/uptime") as file:
    print(boot + start, float(file.read().split()[0]))
