/* A thread that leaves a wait without returning from it, and its next waits. */
#ifndef LEFT_WAIT_H
#define LEFT_WAIT_H

#include "../waits.h"

#include <signal.h>

static volatile struct vt_conf *conf;

static inline void print_slot(const char *when)
{
    printf("slot_%s=%lld\n", when, (long long)conf->slot[vt_thread()].tv_sec);
    printf("clock_%s=%d\n", when, *vt_clock(conf, vt_thread()));
    fflush(stdout);
}

/* Overwrites the memory on the stack where the abandoned frames were. */
__attribute__((noinline)) static int overwrite_stack(int depth)
{
    volatile char bytes[4096];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = 'A';
    return depth ? overwrite_stack(depth - 1) + bytes[1] : bytes[0];
}

/*
 * Waits once more and ends the thread. After clock_nanosleep it ends by pthread_exit, which unwinds the stack. libc's other waits have cleanup
 * functions on the stack themselves, and natively cannot be left and then unwound.
 */
static inline void *end_thread(const char *function)
{
    int64_t wall = vt_now(CLOCK_REALTIME);

    overwrite_stack(4);
    wait_until(function, vt_now(CLOCK_MONOTONIC) + 300 * MS);
    vt_print("next_ms", (vt_now(CLOCK_REALTIME) - wall) * 1000);
    print_slot("after");
    overwrite_stack(4);
    if (!strcmp(function, "clock_nanosleep"))
        pthread_exit((void *)7);
    return (void *)7;
}

/* Runs `body` in a thread that gets SIGALRM if it asks for it by alarm(2), and prints how the thread ended. */
static inline int run_thread(void *(*body)(void *), void *argument, void (*handler)(int))
{
    struct sigaction action = {};
    pthread_t thread;
    sigset_t signals;
    void *result = NULL;

    conf = vt_map(NULL);
    action.sa_handler = handler;
    action.sa_flags = SA_NODEFER;
    sigaction(SIGALRM, &action, NULL);
    pthread_create(&thread, NULL, body, argument);
    sigemptyset(&signals);
    sigaddset(&signals, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    pthread_join(thread, &result);
    printf("joined=%d\n", result == (void *)7);
    return 0;
}

#endif
