/*
 * Code that all probes share. A probe is a program of many cases. Each case runs in a process of its own, many at a time, and prints its observations
 * in lines `function/clock/case: what=value`. The values do not depend on the offset of the clock.
 */
#ifndef PROBE_H
#define PROBE_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "lacking.h"

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)
#define CASES_AT_ONCE 24
#define CASES_AT_MOST 2000
#define CASE_SECONDS 25
#define LATE_MS 15000
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *case_name = "";

static struct {
    char name[128];
    pid_t pid;
    int output;
    int status;
} cases[CASES_AT_MOST];
static int case_count, cases_running;

/* Prints an observation of the running case. */
__attribute__((format(printf, 2, 3))) static inline void say(const char *what, const char *format, ...)
{
    va_list arguments;

    printf("%s: %s=", case_name, what);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

static inline const char *error_name(int error)
{
    if (!error)
        return "0";
#ifdef LACKS_ERROR_NAMES
    return strerror(error);
#else
    return strerrorname_np(error);
#endif
}

/* For a function that returns -1 and sets errno. */
static inline void say_result(const char *what, long result)
{
    int error = errno;

    say(what, "%s", result == -1 ? error_name(error) : result == 0 ? "0" : "positive");
}

static inline const char *clock_name(clockid_t clock)
{
    static const char *const names[] = {"REALTIME", "MONOTONIC", "PROCESS_CPUTIME_ID", "THREAD_CPUTIME_ID", "MONOTONIC_RAW",
        "REALTIME_COARSE", "MONOTONIC_COARSE", "BOOTTIME", "REALTIME_ALARM", "BOOTTIME_ALARM", "10", "TAI"};
    static char number[16];

    if (clock >= 0 && (size_t)clock < COUNT(names))
        return names[clock];
    snprintf(number, sizeof number, "%d", clock);
    return number;
}

static inline int64_t in_ns(struct timespec t)
{
    return t.tv_sec * SECOND + t.tv_nsec;
}

static inline int64_t now(clockid_t clock)
{
    struct timespec t = {0, 0};

    /* Without a real-time clock device the alarm clocks cannot be read, but timers still run on them. */
    if (clock_gettime(clock, &t))
        clock_gettime(clock == CLOCK_BOOTTIME_ALARM ? CLOCK_BOOTTIME : CLOCK_REALTIME, &t);
    return in_ns(t);
}

/* The moment when the last deadline was made: on a busy machine, time may pass before the wait for it begins. 0 once the deadline was used. */
static int64_t deadline_made;

/* A deadline this many milliseconds from now, or the first valid time if it would lie before the clock's zero. */
static inline struct timespec deadline_in(clockid_t clock, int64_t milliseconds)
{
    deadline_made = now(CLOCK_MONOTONIC);
    int64_t ns = now(clock) + milliseconds * MILLISECOND;

    return ns > 0 ? (struct timespec){ns / SECOND, ns % SECOND} : (struct timespec){0, 1};
}

static inline void pause_ms(int milliseconds)
{
    struct timespec t = {milliseconds / 1000, milliseconds % 1000 * MILLISECOND};

    while (nanosleep(&t, &t) && errno == EINTR)
        ;
}

/* Prints whether an action that began at `start` (CLOCK_MONOTONIC) took as long as expected. Only a hang counts as late. */
static inline void say_timing(int64_t start, int64_t expected_ms)
{
    int64_t end = now(CLOCK_MONOTONIC), elapsed = (end - start) / MILLISECOND;
    bool is_deadline = deadline_made && deadline_made < start && start - deadline_made < SECOND;
    bool early = (is_deadline ? (end - deadline_made) / MILLISECOND : elapsed) < expected_ms - 5;

    deadline_made = 0;
    say("wakes", "%s", early ? "early" : elapsed > expected_ms + LATE_MS ? "late" : "on time");
}

/* Prints whether a duration is at most 10 s below the expected one. Some of it has already passed. */
static inline void say_about(const char *what, struct timespec t, int64_t expected_seconds)
{
    int64_t seconds = t.tv_sec + (t.tv_nsec > 0);
    bool about = seconds <= expected_seconds && seconds >= expected_seconds - 10;

    say(what, "%s%lld", about ? "about " : "", (long long)(about ? expected_seconds : seconds));
}

static inline void await_a_case(void)
{
    int status;
    pid_t pid = wait(&status);

    cases_running--;
    for (int i = 0; i < case_count; i++)
        if (cases[i].pid == pid)
            cases[i].status = status;
}

/* Runs a case in a process of its own. */
static inline void probe(const char *function, clockid_t clock, const char *name, void (*run)(const void *), const void *subject)
{
    int i = case_count++;

    if (cases_running++ >= CASES_AT_ONCE)
        await_a_case();
    snprintf(cases[i].name, sizeof cases[i].name, "%s/%s/%s", function, clock_name(clock), name);
    cases[i].output = memfd_create("case", 0);
    cases[i].pid = fork();
    if (cases[i].pid)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    dup2(cases[i].output, STDOUT_FILENO);
    alarm(CASE_SECONDS);
    case_name = cases[i].name;
    run(subject);
    fflush(stdout);
    _exit(0);
}

/* Waits for all cases and prints their observations in order. */
static inline int end_probes(void)
{
    static char text[65536];

    while (cases_running > 0)
        await_a_case();
    for (int i = 0; i < case_count; i++) {
        ssize_t length = pread(cases[i].output, text, sizeof text, 0);

        fwrite(text, 1, length > 0 ? length : 0, stdout);
        if (WIFSIGNALED(cases[i].status))
            printf("%s: ends=signal %d\n", cases[i].name, WTERMSIG(cases[i].status));
    }
    return 0;
}

#endif
