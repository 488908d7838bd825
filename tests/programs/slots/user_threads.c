/* Two user-level threads, which a signal handler switches every 50 ms. Both wait: one for 500 ms, one for 1500 ms. */
#include "../waits.h"

#include <signal.h>
#include <sys/time.h>
#include <ucontext.h>

enum { THREADS = 2, STACK = 128 * 1024 };

static const int wanted_ms[THREADS] = {500, 1500};
static ucontext_t contexts[THREADS], main_context;
static char stacks[THREADS][STACK] __attribute__((aligned(16)));
static volatile int current, ended[THREADS];
static int64_t waited_ns[THREADS];

static void switch_threads(int signal)
{
    int from = current, to = 1 - from;

    (void)signal;
    if (ended[0] || ended[1])
        return;
    current = to;
    swapcontext(&contexts[from], &contexts[to]);
}

static void run(int number)
{
    int64_t wall = vt_now(CLOCK_REALTIME);

    wait_until("pthread_cond_clockwait", vt_now(CLOCK_MONOTONIC) + wanted_ms[number] * MS);
    waited_ns[number] = vt_now(CLOCK_REALTIME) - wall;
    ended[number] = 1;
    current = 1 - number;
    setcontext(ended[current] ? &main_context : &contexts[current]);
}

int main(void)
{
    struct sigaction action = {.sa_handler = switch_threads, .sa_flags = SA_NODEFER};
    struct itimerval every50ms = {{0, 50000}, {0, 50000}};

    for (int i = 0; i < THREADS; i++) {
        getcontext(&contexts[i]);
        contexts[i].uc_stack.ss_sp = stacks[i];
        contexts[i].uc_stack.ss_size = STACK;
        makecontext(&contexts[i], (void (*)(void))run, 1, i);
    }
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every50ms, NULL);
    swapcontext(&main_context, &contexts[0]);

    vt_print("short_ms", waited_ns[0] * 1000);
    vt_print("long_ms", waited_ns[1] * 1000);
    volatile struct vt_conf *conf = vt_map(NULL);
    wait_until("clock_nanosleep", vt_now(CLOCK_MONOTONIC) + MS);
    printf("slot=%lld\nclock=%d\n", (long long)conf->slot[vt_thread()].tv_sec, *vt_clock(conf, vt_thread()));
    return 0;
}
