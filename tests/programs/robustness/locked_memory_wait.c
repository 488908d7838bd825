/*
 * locked_memory_wait MILLISECONDS: an ordinary user locks all of his memory, with a limit of 64 MiB. Then this thread and another thread wait. The
 * other thread has an id whose slot the library has not mapped yet. Each prints its id and its deadline first. If root starts the program, it becomes
 * an ordinary user itself.
 */
#include "../waits.h"

#include <sys/mman.h>
#include <sys/resource.h>

/* IDS_MAPPED: the library maps the slots of this many ids at once. */
enum { NOBODY = 65534, LOCKED_MOST = 64 << 20, IDS_MAPPED = 4096 };

static int milliseconds;
static int64_t late;
static int first_chunk, has_waited;

static void *wait_and_tell(void *key)
{
    int64_t deadline = vt_now(CLOCK_MONOTONIC) + milliseconds * MS;

    printf("%s_thread=%d\n", (char *)key, vt_thread());
    vt_print("deadline", deadline);
    wait_until("clock_nanosleep", deadline);
    late = vt_now(CLOCK_MONOTONIC) - deadline;
    return NULL;
}

static void *wait_in_another_chunk(void *key)
{
    if (vt_thread() / IDS_MAPPED == first_chunk)
        return NULL;
    has_waited = 1;
    return wait_and_tell(key);
}

int main(int argc, char **argv)
{
    struct rlimit limit;
    pthread_attr_t small_stack;
    pthread_t thread;

    if (argc != 2)
        return 2;
    milliseconds = atoi(argv[1]);
    getrlimit(RLIMIT_MEMLOCK, &limit);
    limit.rlim_cur = limit.rlim_max = limit.rlim_max < LOCKED_MOST ? limit.rlim_max : LOCKED_MOST;
    setrlimit(RLIMIT_MEMLOCK, &limit);
    if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY))) {
        perror("setuid");
        return 3;
    }
    printf("error=%d\n", mlockall(MCL_CURRENT | MCL_FUTURE) ? errno : 0);
    fflush(stdout);
    first_chunk = vt_thread() / IDS_MAPPED;
    wait_and_tell("first");
    vt_print("late_ms", late * 1000);
    pthread_attr_init(&small_stack);
    pthread_attr_setstacksize(&small_stack, 256 * 1024);
    while (!has_waited) {
        if (pthread_create(&thread, &small_stack, wait_in_another_chunk, "second"))
            return 4;
        pthread_join(thread, NULL);
    }
    vt_print("late_ms", late * 1000);
    return 0;
}
