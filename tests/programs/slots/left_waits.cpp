// Threads that leave a wait before its end, while other calls are in flight whose slots must stay unchanged.
#include "../waits.h"
#include <linux/sched.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/wait.h>

static const int Stride = 262144;
static pthread_mutex_t s_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t s_realtime = PTHREAD_COND_INITIALIZER;
static sigjmp_buf s_before;

static void on(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(signal, &action, NULL);
}

static void wait_for_realtime()
{
    struct timespec deadline = vt_timespec(vt_now(CLOCK_REALTIME) + 100000 * MS);
    pthread_mutex_lock(&s_mutex);
    pthread_cleanup_push(wait_unlock, &s_mutex);
    while (pthread_cond_timedwait(&s_realtime, &s_mutex, &deadline) == 0)
        ;
    pthread_cleanup_pop(1);
}

static void *wait_two_seconds(void *)
{
    int64_t start = vt_now(CLOCK_MONOTONIC);
    wait_until("pthread_cond_timedwait", start + 2000 * MS);
    printf("waited_ms=%ld\n", (long)((vt_now(CLOCK_MONOTONIC) - start) / MS));
    return NULL;
}

static void throw_it(int)
{
    throw 1;
}

static void catch_it(int)
{
    int error = errno;
    try {
        wait_for_realtime();
    } catch (int) {
        puts("caught=1");
    }
    pthread_mutex_unlock(&s_mutex);
    errno = error;
}

// An exception leaves a wait without a slot. The wait is in a handler that interrupted a wait with a slot.
static void exception()
{
    pthread_t thread;
    on(SIGUSR1, catch_it, 0);
    on(SIGUSR2, throw_it, SA_NODEFER);
    pthread_create(&thread, NULL, wait_two_seconds, NULL);
    usleep(300000);
    pthread_kill(thread, SIGUSR1);
    usleep(300000);
    pthread_kill(thread, SIGUSR2);
    pthread_join(thread, NULL);
}

static void jump(int)
{
    siglongjmp(s_before, 1);
}

__attribute__((noinline)) static void wait_deep_below()
{
    volatile char below[40000];
    below[0] = 1;
    below[0] = (char)wait_once("sem_clockwait", vt_now(CLOCK_MONOTONIC) + 5000 * MS * below[0]);
}

// Overwrites the stack except for the words that mark a call's frame as present (SlotClaim's cookie), like a buffer that is only partly written.
__attribute__((noinline)) static void write_below()
{
    volatile uint64_t words[6500];
    for (volatile uint64_t *word = words; word != words + 6500; word++) {
        if (((*word ^ (uint64_t)word) >> 48) != 0x5654)
            *word = 0x4141414141414141;
    }
}

static void *jump_out_and_wait(void *)
{
    if (sigsetjmp(s_before, 1) == 0)
        wait_deep_below();
    write_below();
    wait_for_realtime();
    return NULL;
}

static void overwritten()
{
    pthread_t thread;
    void *result;
    on(SIGUSR1, jump, 0);
    pthread_create(&thread, NULL, jump_out_and_wait, NULL);
    usleep(300000);
    pthread_kill(thread, SIGUSR1);
    usleep(300000);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    printf("cancelled=%d\n", result == PTHREAD_CANCELED);
}

static int write_number(const char *path, int number)
{
    FILE *file = fopen(path, "w");
    return file == NULL || fprintf(file, "%d", number) < 0 || fclose(file) != 0;
}

static void *wait_cancelled(void *)
{
    wait_for_realtime();
    return NULL;
}

static void nothing(int)
{
}

// A thread is cancelled whose second choice of slot would have been the slot of another thread.
static void far_thread()
{
    pthread_t near, far;
    on(SIGUSR1, nothing, 0);
    write_number("/proc/sys/kernel/ns_last_pid", 5000);
    pthread_create(&near, NULL, wait_cancelled, NULL);
    int id = 5001;
    write_number("/proc/sys/kernel/ns_last_pid", id + Stride - 1);
    pthread_create(&far, NULL, wait_two_seconds, NULL);
    usleep(300000);
    pthread_cancel(near);
    pthread_join(near, NULL);
    pthread_kill(far, SIGUSR1);
    pthread_join(far, NULL);
}

static void far_thread_in_a_namespace()
{
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        puts("lacking=1");
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        if (mount("proc", "/proc", "proc", 0, NULL) != 0 || write_number("/proc/sys/kernel/pid_max", VT_SLOTS) != 0)
            puts("lacking=1");
        else
            far_thread();
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

static volatile int s_ids[20];

static void *note_and_wait(void *id)
{
    *(volatile int *)id = vt_thread();
    wait_until("sem_clockwait", vt_now(CLOCK_MONOTONIC) + 1000 * MS);
    return NULL;
}

static void many_threads()
{
    volatile struct vt_conf *conf = vt_map(NULL);
    pthread_t thread;
    int own = 0;
    for (volatile int &id : s_ids)
        pthread_create(&thread, NULL, note_and_wait, (void *)&id);
    usleep(500000);
    for (volatile int &id : s_ids)
        own += conf->slot[id].tv_sec != 0;
    printf("upper_half_is_the_id=%d\nown_slots=%d\n", (int)(pthread_self() >> 32) == getpid(), own);
}

// A process whose id equals the upper half of the addresses near its stack, which libc's data about its threads contains many times.
static void pointer_like_id(char *self)
{
    pid_t id = 0x7fff;
    struct clone_args arguments = {};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = (uint64_t)&id;
    arguments.set_tid_size = 1;
    personality(ADDR_NO_RANDOMIZE);
    pid_t child = syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (child == 0) {
        execl(self, self, "many", NULL);
        _exit(127);
    }
    if (child < 0)
        puts("lacking=1");
    else
        waitpid(child, NULL, 0);
}

int main(int, char **argument)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!strcmp(argument[1], "exception"))
        exception();
    else if (!strcmp(argument[1], "overwritten"))
        overwritten();
    else if (!strcmp(argument[1], "far"))
        far_thread_in_a_namespace();
    else if (!strcmp(argument[1], "many"))
        many_threads();
    else
        pointer_like_id(argument[0]);
    return 0;
}
