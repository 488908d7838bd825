#!/usr/bin/env python3
"""Usage: config-example.py create FILE SECONDS | read FILE | adjust FILE SECONDS | date FILE [SECONDS]

How to make, read and change a VirtTime config file from Python. libvirttime(7) describes the format. SECONDS is the new
reading of the virtual monotonic clock; with date, of the virtual realtime clock, which counts from 1970. Without SECONDS,
date prints that clock.
"""

import collections
import decimal
import fcntl
import os
import struct
import sys
import time
import uuid

SECOND = 1_000_000_000
FARTHEST = 2**61 * SECOND

SLOTS = 16                      # struct timespec per_thread_ts[4194304]
SLOTS_END = SLOTS + 4194304 * 16
BLOCK = 67112960                # the extension block
FLAGS = BLOCK + 12
BOOTTIME_FLAG = 1               # the boottime clocks have an offset of their own
REALTIME_FLAG = 2               # the realtime clocks have an offset of their own; without it they are the host's
RATE_FLAG = 16                  # the realtime clocks have a rate; the file's version is 2 then, otherwise 1
KNOWN_FLAGS = 0x11f             # with other flags, or a later version, the contents may have another meaning
VERSION = 1
NEWEST_VERSION = 2
REALTIME_OFFSET = BLOCK + 32
SEQUENCE = BLOCK + 48
RATE_BIT = 1 << 31              # of the sequence: the same as RATE_FLAG
COUNT_BITS = RATE_BIT - 2       # the count of changes in the sequence; the lowest bit is set while a writer is at work
BOOT_ID = BLOCK + 56
RATE = BLOCK + 1088             # uint64_t rate, uint64_t 0, struct timespec reference
REFERENCE = RATE + 16
HOST_RATE = 1 << 40             # a rate has 40 bits behind the point
SLOT_CLOCKS = 67117056          # uint8_t per_thread_clock[4194304]: clock id + 1 in the low four bits
FILE_SIZE = SLOT_CLOCKS + 4194304

BOOTTIME_CLOCKS = (7 + 1, 9 + 1)
TAI = 11
REALTIME_CLOCKS = (0 + 1, 5 + 1, 8 + 1, TAI + 1)


def host_clock():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def boot_id():
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return uuid.UUID(file.read().strip()).bytes


def pack(nanoseconds):
    """Returns a timespec: 0 <= tv_nsec < 10**9, also for times below zero."""
    return struct.pack("=qq", *divmod(nanoseconds, SECOND))


def read_time(fd, position):
    seconds, nanoseconds = struct.unpack("=qq", os.pread(fd, 16, position))
    return seconds * SECOND + nanoseconds


class Line(collections.namedtuple("Line", "offset reference rate")):
    """How the realtime clocks follow the host's. The offset is host - virtual when the host's clock reads the reference."""

    def to_virtual(self, host):
        return self.reference - self.offset + ((host - self.reference) * self.rate >> 40)

    def to_host(self, clock, now):
        """When a deadline has come, rounded up. A clock that stands still never comes there; then the host's time that is left counts."""
        ahead = clock - (self.reference - self.offset)
        return self.reference - (-ahead << 40) // self.rate if self.rate else now + ahead

    def move(self, new, now, deadline):
        """What a host deadline becomes when the clocks change to another line."""
        clock = self.to_virtual(deadline) if self.rate else self.reference - self.offset + deadline - now
        return new.to_host(clock, now)


def read_line(fd, flags):
    offset = read_time(fd, REALTIME_OFFSET) if flags & REALTIME_FLAG else 0
    if not flags & RATE_FLAG:
        return Line(offset, 0, HOST_RATE)
    rate, = struct.unpack("=Q", os.pread(fd, 8, RATE))
    return Line(offset, read_time(fd, REFERENCE), rate)


def create(path, clock):
    """Fills a file under another name, so that no program sees a half-made file. An existing file is not changed."""
    unfinished = f"{path}.{os.getpid()}"
    fd = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        os.truncate(fd, FILE_SIZE)  # a hole; writing zeros would take 70 MB
        os.pwrite(fd, struct.pack("=8sI", b"VIRTTIME", VERSION), BLOCK)
        os.pwrite(fd, boot_id(), BOOT_ID)
        os.pwrite(fd, pack(host_clock() - clock), 0)
        os.link(unfinished, path)
    finally:
        os.unlink(unfinished)
        os.close(fd)


def read(path):
    fd = os.open(path, os.O_RDONLY)
    clock = host_clock() - read_time(fd, 0)
    os.close(fd)
    return clock


def slots_in_use(fd):
    """Positions of the slots that are not zero; most of the file is a hole, which is not read."""
    end = min(os.fstat(fd).st_size, SLOTS_END)
    position = SLOTS
    while position < end:
        try:
            data = os.lseek(fd, position, os.SEEK_DATA)
        except OSError:  # ENXIO: only a hole is left
            return
        hole = min(os.lseek(fd, data, os.SEEK_HOLE), end)
        position = max(data - data % 16, SLOTS)
        while position < hole:
            chunk = os.pread(fd, min(hole - position, 65536), position)
            for at in range(0, len(chunk), 16):
                if any(chunk[at:at + 16]):
                    yield position + at
            position += len(chunk)


def clock_of(fd, slot):
    """The clock that a slot's deadline is on; 0 in a file of another tool, which has the monotonic ones only."""
    return (os.pread(fd, 1, SLOT_CLOCKS + (slot - SLOTS) // 16) or b"\0")[0] & 15


def family(clock):
    known = {"boottime": BOOTTIME_CLOCKS, "realtime": REALTIME_CLOCKS}
    return next((name for name, clocks in known.items() if clock in clocks), "monotonic")


def change(fd, families, set_clock):
    """Sets a clock, and moves each deadline in flight on its clocks. set_clock returns what a deadline on a clock becomes."""
    slots = [slot for slot in slots_in_use(fd) if family(clock_of(fd, slot)) in families]
    move = set_clock()
    for slot in slots:
        deadline = move(read_time(fd, slot), clock_of(fd, slot))
        # {0, 0} would mean "none". A deadline in the past may as well be at 1 ns.
        os.pwrite(fd, pack(min(max(deadline, 1), FARTHEST)), slot)


def change_in_block(fd, block, changing):
    """Makes a change while the sequence is odd. Readers wait meanwhile."""
    sequence, = struct.unpack_from("=Q", block, 48)
    rate_bit = RATE_BIT if flags_in(block) & RATE_FLAG else 0
    count = (sequence + 1) & COUNT_BITS  # different from the number that a dead writer left
    os.pwrite(fd, struct.pack("=Q", count | 1 | rate_bit), SEQUENCE)
    try:
        changing()
    finally:
        os.pwrite(fd, struct.pack("=Q", (count + 2) & COUNT_BITS | rate_bit), SEQUENCE)


def open_locked(path, access=os.O_RDWR):
    """Also returns the beginning of the extension block; None for files of tools that know only the offset and the slots."""
    fd = os.open(path, access)
    fcntl.flock(fd, fcntl.LOCK_EX)
    block = os.pread(fd, 64, BLOCK)
    if block[:8] != b"VIRTTIME":
        return fd, None
    version, flags = struct.unpack_from("=II", block, 8)
    if version > NEWEST_VERSION or flags & ~KNOWN_FLAGS:
        sys.exit(f"config-example.py: {path} is of a newer version")
    return fd, block


def flags_in(block):
    return struct.unpack_from("=I", block, FLAGS - BLOCK)[0]


def adjust(path, clock):
    """Sets the monotonic clock. Stop the programs that use the file first: a call inside the kernel keeps its old deadline."""
    fd, block = open_locked(path)
    own_boottime = block and flags_in(block) & BOOTTIME_FLAG
    families = ["monotonic"] if own_boottime else ["monotonic", "boottime"]

    def set_clock():
        old, offset = read_time(fd, 0), host_clock() - clock
        os.pwrite(fd, pack(offset), 0)
        return lambda deadline, _: deadline + offset - old

    def changing():
        change(fd, families, set_clock)
        if block:
            os.pwrite(fd, boot_id(), BOOT_ID)

    if block:
        change_in_block(fd, block, changing)
    else:
        changing()
    os.close(fd)


def set_date(path, date):
    """Sets the date, which keeps its rate. Stop the programs first, as for adjust. A date does not depend on the boot."""
    fd, block = open_locked(path)
    if not block:
        sys.exit(f"config-example.py: {path} has no room for a date")
    flags = flags_in(block)

    def set_clock():
        old, now = read_line(fd, flags), time.time_ns()
        leap = round((time.clock_gettime_ns(TAI) - now) / SECOND) * SECOND
        new = Line(now - date, now if flags & RATE_FLAG else 0, old.rate)
        os.pwrite(fd, pack(new.offset), REALTIME_OFFSET)
        if flags & RATE_FLAG:
            os.pwrite(fd, pack(new.reference), REFERENCE)

        def move(deadline, clock):
            ahead = leap if clock == TAI + 1 else 0
            return old.move(new, now, deadline - ahead) + ahead
        return move

    def changing():
        change(fd, ["realtime"], set_clock)
        os.pwrite(fd, struct.pack("=I", flags | REALTIME_FLAG), FLAGS)

    change_in_block(fd, block, changing)
    os.close(fd)


def read_date(path):
    fd, block = open_locked(path, os.O_RDONLY)
    date = read_line(fd, flags_in(block) if block else 0).to_virtual(time.time_ns())
    os.close(fd)
    return date


def parse(text):
    """Nanoseconds, from decimal seconds."""
    try:
        return int(decimal.Decimal(text) * SECOND)
    except (ArithmeticError, ValueError):
        sys.exit(f'config-example.py: "{text}" is not a number of seconds')


def main(arguments):
    action, *rest = arguments or [None]
    if (action, len(rest)) == ("create", 2):
        create(rest[0], parse(rest[1]))
    elif (action, len(rest)) == ("adjust", 2):
        adjust(rest[0], parse(rest[1]))
    elif (action, len(rest)) == ("date", 2):
        set_date(rest[0], parse(rest[1]))
    elif (action, len(rest)) in (("read", 1), ("date", 1)):
        print("{}.{:09}".format(*divmod((read if action == "read" else read_date)(rest[0]), SECOND)))
    elif action in ("-h", "--help"):
        print(__doc__.strip())
    else:
        sys.exit(__doc__.strip())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.exit(f"config-example.py: {error}")
