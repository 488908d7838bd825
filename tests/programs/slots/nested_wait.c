/*
 * nested_wait OUTER LEAVE: a signal interrupts a timed wait of 1500 ms after 200 ms, and its handler waits for 300 ms.
 * LEAVE is "return", or "jump" if the handler leaves by siglongjmp.
 */
#include "../waits.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

static volatile struct vt_conf *conf;
static sigjmp_buf environment;
static int leaves_by_jump;
static int64_t outer_slot, slot_behind_inner, inner_ms;
static int clock_behind_inner;

static int64_t own_slot(void)
{
    volatile struct timespec *slot = &conf->slot[vt_thread()];

    return vt_ns((struct timespec){slot->tv_sec, slot->tv_nsec});
}

static void handle(int signal)
{
    int64_t start = vt_now(CLOCK_MONOTONIC);

    (void)signal;
    outer_slot = own_slot();
    wait_until("clock_nanosleep", start + 300 * MS);
    inner_ms = vt_now(CLOCK_MONOTONIC) - start;
    slot_behind_inner = own_slot();
    clock_behind_inner = *vt_clock(conf, vt_thread());
    if (leaves_by_jump)
        siglongjmp(environment, 1);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = handle};
    struct itimerval alarm = {.it_value.tv_usec = 200000};

    if (argc != 3)
        return 2;
    leaves_by_jump = !strcmp(argv[2], "jump");
    conf = vt_map(NULL);
    sigaction(SIGALRM, &action, NULL);
    int64_t start = vt_now(CLOCK_MONOTONIC), deadline = start + 1500 * MS;
    int64_t host_deadline = deadline + vt_ns((struct timespec){conf->offset.tv_sec, conf->offset.tv_nsec});
    setitimer(ITIMER_REAL, &alarm, NULL);
    if (!sigsetjmp(environment, 1))
        wait_until(argv[1], deadline);

    vt_print("outer_ms", (vt_now(CLOCK_MONOTONIC) - start) * 1000);
    vt_print("inner_ms", inner_ms * 1000);
    printf("outer_slot_is_right=%d\n", outer_slot == host_deadline);
    printf("outer_slot_is_restored=%d\n", slot_behind_inner == host_deadline);
    printf("outer_clock_is_restored=%d\n", clock_behind_inner == CLOCK_MONOTONIC + 1);
    start = vt_now(CLOCK_MONOTONIC);
    wait_until(argv[1], start + 300 * MS);
    vt_print("next_ms", (vt_now(CLOCK_MONOTONIC) - start) * 1000);
    printf("slot=%lld\n", (long long)own_slot());
    printf("clock=%d\n", *vt_clock(conf, vt_thread()));
    return 0;
}
