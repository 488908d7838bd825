/* Forks while another thread waits. The child waits too, in a slot of its own. */
#include "../waits.h"
#include <sys/wait.h>

static volatile int waiter_id;
static int64_t waiter_deadline;

static void *waiter(void *unused)
{
    (void)unused;
    waiter_id = vt_thread();
    wait_until("pthread_cond_timedwait", waiter_deadline);
    return NULL;
}

static int64_t slot_of(volatile struct vt_conf *conf, int thread)
{
    return vt_ns((struct timespec){conf->slot[thread].tv_sec, conf->slot[thread].tv_nsec});
}

int main(void)
{
    volatile struct vt_conf *conf = vt_map(NULL);
    int64_t offset = vt_ns((struct timespec){conf->offset.tv_sec, conf->offset.tv_nsec});
    int64_t start = vt_now(CLOCK_MONOTONIC), wall = vt_now(CLOCK_REALTIME);
    int64_t child_deadline = start + 1000 * MS;
    pthread_t thread;
    int status;

    /* The parent has used its own slot. If the library cached the thread id, it has done so by now. */
    wait_until("clock_nanosleep", start + 1 * MS);
    waiter_deadline = start + 2000 * MS;
    pthread_create(&thread, NULL, waiter, NULL);
    while (!waiter_id || !slot_of(conf, waiter_id))
        usleep(1000);

    pid_t child = fork();
    if (child == 0)
        _exit(wait_until("clock_nanosleep", child_deadline) || slot_of(conf, vt_thread()));
    while (!slot_of(conf, child) && vt_now(CLOCK_MONOTONIC) < child_deadline)
        usleep(1000);
    printf("child_slot_is_right=%d\n", slot_of(conf, child) == child_deadline + offset);
    printf("parent_slot=%lld\n", (long long)slot_of(conf, vt_thread()));
    printf("waiter_slot_is_right=%d\n", slot_of(conf, waiter_id) == waiter_deadline + offset);
    waitpid(child, &status, 0);
    printf("child_status=%d\n", status);
    vt_print("child_ms", (vt_now(CLOCK_REALTIME) - wall) * 1000);
    pthread_join(thread, NULL);
    vt_print("waiter_ms", (vt_now(CLOCK_REALTIME) - wall) * 1000);
    return 0;
}
