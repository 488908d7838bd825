/* The layout of the config file in C: offset, slots by thread id, clock bytes. */
#ifndef VIRTTIME_CONF_H
#define VIRTTIME_CONF_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define VT_SLOTS 4194304
#define VT_SEQUENCE (67112960 + 48)
#define VT_CLOCKS 67117056
#define VT_SIZE (VT_CLOCKS + VT_SLOTS)

struct vt_conf {
    struct timespec offset;
    struct timespec slot[VT_SLOTS];
};

/* Maps a file of the full size, by default the one that VIRT_TIME_CONF names. */
static inline volatile struct vt_conf *vt_map(const char *path)
{
    if (!path)
        path = getenv("VIRT_TIME_CONF");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *conf = fd < 0 ? MAP_FAILED : mmap(NULL, VT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (conf == MAP_FAILED) {
        perror("config file");
        exit(3);
    }
    close(fd);
    return (volatile struct vt_conf *)conf;
}

static inline volatile uint64_t *vt_sequence(volatile struct vt_conf *conf)
{
    return (volatile uint64_t *)((volatile char *)conf + VT_SEQUENCE);
}

static inline volatile uint8_t *vt_clock(volatile struct vt_conf *conf, int thread)
{
    return (volatile uint8_t *)conf + VT_CLOCKS + thread;
}

static inline int vt_thread(void)
{
    return syscall(SYS_gettid);
}

static inline int64_t vt_ns(struct timespec t)
{
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static inline struct timespec vt_timespec(int64_t ns)
{
    struct timespec t = {ns / 1000000000, ns % 1000000000};

    if (t.tv_nsec < 0) {
        t.tv_nsec += 1000000000;
        t.tv_sec--;
    }
    return t;
}

/* Reads a clock, which is virtual if the program is interposed. */
static inline int64_t vt_now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return vt_ns(t);
}

static inline void vt_print(const char *key, int64_t ns)
{
    struct timespec t = vt_timespec(ns);

    /* Times are never below zero here. */
    printf("%s=%lld.%09ld\n", key, (long long)t.tv_sec, t.tv_nsec);
    fflush(stdout);
}

#endif
