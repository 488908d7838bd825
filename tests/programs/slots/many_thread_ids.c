/*
 * many_thread_ids NUMBER: starts NUMBER threads one after another, each with an id 256 above the previous one, so that each slot lies on another page
 * of the file. Each thread waits once. One more thread waits all the time. Prints how many KiB of the file's pages this process has mapped
 * afterwards, and whether the long wait's slot still holds its deadline.
 * It must be allowed to choose thread ids: root, with a PID namespace of its own.
 */
#include "../waits.h"
#include <pthread.h>
#include <string.h>

static volatile int long_thread;
static int64_t long_deadline;

static void next_id(int id)
{
    FILE *file = fopen("/proc/sys/kernel/ns_last_pid", "w");

    if (!file || fprintf(file, "%d", id - 1) < 0 || fclose(file)) {
        puts("lacking=1");
        exit(0);
    }
}

static void *wait_long(void *unused)
{
    long_deadline = vt_now(CLOCK_MONOTONIC) + 600000 * MS;
    long_thread = vt_thread();
    wait_until("sem_clockwait", long_deadline);
    return unused;
}

static void *wait_short(void *unused)
{
    wait_until("clock_nanosleep", vt_now(CLOCK_MONOTONIC) + 1000);
    return unused;
}

static long resident(const char *path)
{
    char line[512];
    long sum = 0, kilobytes;
    unsigned long start, end;
    int counts = 0;
    FILE *smaps = fopen("/proc/self/smaps", "r");

    while (smaps && fgets(line, sizeof line, smaps)) {
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            counts = strstr(line, path) != NULL;
        if (counts && sscanf(line, "Rss: %ld", &kilobytes) == 1)
            sum += kilobytes;
    }
    return sum;
}

int main(int argc, char **argv)
{
    pthread_t longest, thread;
    int number = argc == 2 ? atoi(argv[1]) : 0, first = 5000;

    next_id(first);
    pthread_create(&longest, NULL, wait_long, NULL);
    for (int i = 1; i <= number; i++) {
        next_id(first + i * 256);
        pthread_create(&thread, NULL, wait_short, NULL);
        pthread_join(thread, NULL);
    }
    printf("resident_kb=%ld\n", resident(getenv("VIRT_TIME_CONF")));
    volatile struct vt_conf *conf = vt_map(NULL);
    struct timespec slot = conf->slot[long_thread], offset = conf->offset;
    printf("deadline_kept=%d\n", vt_ns(slot) == long_deadline + vt_ns(offset));
    return 0;
}
