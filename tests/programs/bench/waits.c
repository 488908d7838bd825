// usage: waits LIBRARY cond|sem|sleep|free ROUNDS
// Prints the nanoseconds of one wait for a deadline in the past, for the interposer LIBRARY and for libc, called in turn: two medians. `free` waits
// for a semaphore that is available, which needs no system call, so it shows the cost of the code around the wait.
#include "in_turn.h"
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

typedef int (*clock_fn)(clockid_t, struct timespec *);
typedef int (*cond_fn)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
typedef int (*sem_fn)(sem_t *, clockid_t, const struct timespec *);
typedef int (*sleep_fn)(clockid_t, int, const struct timespec *, struct timespec *);

static clock_fn read_clock;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition;
static sem_t semaphore;

static double now(void)
{
    struct timespec t;
    read_clock(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static double measure(const char *which, void *function, int calls)
{
    struct timespec past = {0, 1};
    double start = now();
    for (int i = 0; i < calls; i++) {
        if (which[0] == 'c')
            ((cond_fn)function)(&condition, &mutex, &past);
        else if (which[1] == 'l')
            ((sleep_fn)function)(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL);
        else {
            if (which[0] == 'f')
                sem_post(&semaphore);
            ((sem_fn)function)(&semaphore, CLOCK_MONOTONIC, &past);
        }
    }
    return (now() - start) / calls;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const char *which = argv[2];
    int rounds = atoi(argv[3]), calls = strcmp(which, "free") ? 1 : 1000;
    const char *name = !strcmp(which, "cond") ? "pthread_cond_timedwait" : !strcmp(which, "sleep") ? "clock_nanosleep" : "sem_clockwait";
    // libc's functions are found first. Once the interposer is loaded, it answers these look-ups.
    read_clock = (clock_fn)find("libc.so.6", "clock_gettime");
    void *functions[] = {NULL, find("libc.so.6", name)};
    functions[0] = find(argv[1], name);

    pthread_condattr_t attribute;
    pthread_condattr_init(&attribute);
    pthread_condattr_setclock(&attribute, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attribute);
    sem_init(&semaphore, 0, 0);
    pthread_mutex_lock(&mutex);

    double *times[] = {calloc(rounds, sizeof(double)), calloc(rounds, sizeof(double))};
    for (int i = 0; i < rounds; i++)
        for (int k = 0; k < 2; k++)
            times[(i + k) % 2][i] = measure(which, functions[(i + k) % 2], calls);
    print_medians(times, rounds);
    return 0;
}
