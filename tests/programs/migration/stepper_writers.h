/*
 * How the tools that stepper.c simulates change a config file:
 *
 * sequence  as VirtTime: the offset inside an odd sequence, then the slot
 * plain     as the C tools: the offset, then the slot
 * slow      as VirtTime, but the thread runs between the halves
 * own       as VirtTime, which every other time gives the boottime clock its own offset and removes it in between;
 *           the offset that is not in force is then wrong by years
 * still     as VirtTime, in a file whose date stands still: offset and reference change, and the date does not
 */
#ifndef STEPPER_WRITERS_H
#define STEPPER_WRITERS_H

#include "../virttime_conf.h"
#include <stdbool.h>
#include <string.h>

#define VT_FLAGS (67112960 + 12)
#define VT_BOOTTIME_OFFSET (67112960 + 16)
#define VT_REALTIME_OFFSET (67112960 + 32)
#define VT_REALTIME_REFERENCE (67112960 + 1104)

#define NOT_IN_FORCE (INT64_C(100000000) * 1000000000)

static struct {
    volatile struct vt_conf *conf;
    /* The offset that is changed: the monotonic one, or the realtime one in a file in which the realtime clocks are virtual. */
    volatile struct timespec *offset;
    bool slow, with_sequence, own, still;
    struct timespec new_offset;
} writer;

static void choose_writer(const char *name, const char *path, bool is_realtime)
{
    writer.conf = vt_map(path);
    writer.offset = is_realtime ? (volatile struct timespec *)((volatile char *)writer.conf + VT_REALTIME_OFFSET) : &writer.conf->offset;
    writer.slow = !strcmp(name, "slow");
    writer.own = !strcmp(name, "own");
    writer.still = !strcmp(name, "still");
    writer.with_sequence = strcmp(name, "plain");
}

static volatile uint32_t *boottime_flag(void)
{
    return (volatile uint32_t *)((volatile char *)writer.conf + VT_FLAGS);
}

static volatile struct timespec *boottime_offset(void)
{
    return (volatile struct timespec *)((volatile char *)writer.conf + VT_BOOTTIME_OFFSET);
}

static void write_time(volatile struct timespec *to, int64_t ns)
{
    struct timespec t = vt_timespec(ns);

    to->tv_sec = t.tv_sec;
    to->tv_nsec = t.tv_nsec;
}

static int64_t read_time(volatile struct timespec *from)
{
    return vt_ns((struct timespec){from->tv_sec, from->tv_nsec});
}

static int64_t offset_now(void)
{
    return read_time(writer.own && *boottime_flag() ? boottime_offset() : writer.offset);
}

static volatile struct timespec *reference(void)
{
    return (volatile struct timespec *)((volatile char *)writer.conf + VT_REALTIME_REFERENCE);
}

/* Of a date that stands still. */
static int64_t date_now(void)
{
    return read_time(reference()) - read_time(writer.offset);
}

static void begin_writing(int64_t difference)
{
    int64_t offset = offset_now() + difference;

    writer.new_offset = vt_timespec(offset);
    if (writer.with_sequence)
        ++*vt_sequence(writer.conf);
    if (writer.own) {
        *boottime_flag() ^= 1;
        write_time(boottime_offset(), offset + (*boottime_flag() ? 0 : NOT_IN_FORCE));
        write_time(&writer.conf->offset, offset + (*boottime_flag() ? NOT_IN_FORCE : 0));
        return;
    }
    if (writer.still)
        write_time(reference(), read_time(reference()) + difference);
    writer.offset->tv_sec = writer.new_offset.tv_sec;
    if (!writer.slow)
        writer.offset->tv_nsec = writer.new_offset.tv_nsec;
}

static void end_writing(int64_t difference, int thread)
{
    int64_t deadline = read_time(&writer.conf->slot[thread]);

    if (writer.slow)
        writer.offset->tv_nsec = writer.new_offset.tv_nsec;
    if (writer.with_sequence)
        ++*vt_sequence(writer.conf);
    if (deadline)
        write_time(&writer.conf->slot[thread], deadline + difference);
}

#endif
