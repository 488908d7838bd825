/* usage: strange_children fork|clone|vfork
 * A child that libc did not create waits while its parent waits too. Prints the thread id of each and how its wait ended. Both wait equally long, so
 * that another process can look at both slots meanwhile. */
#include "../virttime_conf.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

enum { WAIT_MS = 700 };

static char stack[256 * 1024];
static int *shared;

static struct timespec in_ms(int ms)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return vt_timespec(vt_ns(now) + ms * INT64_C(1000000));
}

static int wait_once(int ms)
{
    struct timespec deadline = in_ms(ms);
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
}

static int child(void *unused)
{
    (void)unused;
    shared[0] = vt_thread();
    shared[1] = wait_once(WAIT_MS);
    shared[2] = 1;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    volatile struct vt_conf *conf = vt_map(NULL);
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    /* If the library caches facts about this thread, it does so now. */
    wait_once(1);
    wait_once(1);

    int pid;
    if (strcmp(argv[1], "fork") == 0) {
        pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) {
            child(NULL);
            _exit(0);
        }
    } else if (strcmp(argv[1], "clone") == 0) {
        pid = clone(child, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
    } else {
        pid = vfork();
        if (pid == 0) {
            shared[0] = vt_thread();
            shared[1] = wait_once(100);
            shared[2] = 1;
            _exit(0);
        }
    }

    int own = wait_once(WAIT_MS / 2);
    int theirs_in_flight = shared[0] != 0 && vt_ns(conf->slot[shared[0]]) != 0;
    int own_after = vt_ns(conf->slot[vt_thread()]) != 0;
    waitpid(pid, NULL, 0);
    printf("own=%d\nchild=%d\nchild_done=%d\n", own, shared[1], shared[2]);
    printf("own_thread_differs=%d\n", shared[0] != vt_thread());
    printf("child_slot_in_flight=%d\nown_slot_after=%d\n", theirs_in_flight, own_after);
    printf("child_slot_after=%d\n", vt_ns(conf->slot[shared[0]]) != 0);
    return 0;
}
