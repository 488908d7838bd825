/*
 * Two tasks share their memory, and the stack of one lies in a frame of the other. The child waits three times for 100 ms. Meanwhile the parent waits
 * for 400 ms, interrupted by signals. This is repeated with the frame at other depths. Prints how long the two waited, by the wall clock.
 */
#include "../waits.h"

#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { CHILD_WAITS = 3, DEPTHS = 5 };

struct range {
    int64_t shortest, longest;
};

static volatile struct range parents = {INT64_MAX, 0}, childs = {INT64_MAX, 0};
static volatile int child_thread;

static void wait_and_note(const char *function, int milliseconds, volatile struct range *range)
{
    int64_t wall = vt_now(CLOCK_REALTIME);

    wait_until(function, vt_now(CLOCK_MONOTONIC) + milliseconds * MS);
    int64_t took = vt_now(CLOCK_REALTIME) - wall;
    range->shortest = took < range->shortest ? took : range->shortest;
    range->longest = took > range->longest ? took : range->longest;
}

static int child(void *unused)
{
    (void)unused;
    child_thread = vt_thread();
    for (int i = 0; i < CHILD_WAITS; i++)
        wait_and_note("clock_nanosleep", 100, &childs);
    syscall(SYS_exit, 0);
    return 0;
}

__attribute__((noinline)) static int wait_together(int depth)
{
    _Alignas(16) volatile char stack[6 * 1024];
    pid_t pid = clone(child, (char *)stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);

    wait_and_note("pthread_cond_clockwait", 400, &parents);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    volatile char *further = __builtin_alloca(1024);
    further[0] = 0;
    return depth ? wait_together(depth - 1) + further[0] : stack[0];
}

static void ignore(int signal)
{
    (void)signal;
}

int main(void)
{
    struct itimerval every20ms = {{0, 20000}, {0, 20000}};
    struct sigaction action = {.sa_handler = ignore, .sa_flags = SA_RESTART};

    wait_until("clock_nanosleep", vt_now(CLOCK_MONOTONIC) + MS);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every20ms, NULL);
    wait_together(DEPTHS - 1);
    vt_print("parent_shortest_ms", parents.shortest * 1000);
    vt_print("parent_longest_ms", parents.longest * 1000);
    vt_print("child_shortest_ms", childs.shortest * 1000);
    vt_print("child_longest_ms", childs.longest * 1000);

    volatile struct vt_conf *conf = vt_map(NULL);
    printf("clock=%d\nchild_clock=%d\n", *vt_clock(conf, vt_thread()), *vt_clock(conf, child_thread));
    printf("slot=%lld\n", (long long)conf->slot[vt_thread()].tv_sec);
    return 0;
}
