/* A way to wait for an object until an absolute deadline, for any function that waits. */
#ifndef WAITER_H
#define WAITER_H

#include "probe.h"
#include <semaphore.h>

struct waiter {
    const char *function;
    clockid_t clock;
    /* Makes a new object to wait for, which is not available. */
    void (*prepare)(const struct waiter *);
    /* Returns 0 or an error number, also for a function that returns -1 and sets errno. */
    int (*wait)(const struct waiter *, const struct timespec *);
    /* Ends the wait with success; null if only the deadline can end it. */
    void (*release)(const struct waiter *);
    /* Whether a release lasts until a thread waits. */
    bool lasts;
    /* The kind of object: private or process-shared, robust, ... */
    int kind;
};

static inline void *leak_shared(size_t size)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* The thread that holds the object: it takes the object, keeps it until told, and gives it back. */
static struct {
    pthread_t thread;
    sem_t taken, let_go;
    void (*take)(const struct waiter *);
    void (*give)(const struct waiter *);
    const struct waiter *waiter;
    volatile pid_t id;
} holder;

static inline void *hold(void *unused)
{
    holder.id = syscall(SYS_gettid);
    holder.take(holder.waiter);
    sem_post(&holder.taken);
    while (sem_wait(&holder.let_go))
        ;
    holder.give(holder.waiter);
    return unused;
}

static inline void start_holder(const struct waiter *w, void (*take)(const struct waiter *), void (*give)(const struct waiter *))
{
    sem_init(&holder.taken, 0, 0);
    sem_init(&holder.let_go, 0, 0);
    holder.waiter = w;
    holder.take = take;
    holder.give = give;
    pthread_create(&holder.thread, NULL, hold, NULL);
    while (sem_wait(&holder.taken))
        ;
}

static inline void release_holder(const struct waiter *w)
{
    (void)w;
    sem_post(&holder.let_go);
}

static inline void until_holder_ended(void)
{
    while (syscall(SYS_tgkill, getpid(), holder.id, 0) == 0)
        pause_ms(1);
}

enum wait_state { WAIT_AHEAD, WAIT_ENTERED, WAIT_OVER };

static inline bool is_asleep(pid_t thread)
{
    char path[64], line[256];

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "re");
    const char *end = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    bool asleep = end && end[2] == 'S';

    if (file)
        fclose(file);
    return asleep;
}

/* Waits until a thread that keeps its state up to date sleeps in the kernel, or has done so. */
static inline void until_asleep(const volatile pid_t *thread, const volatile enum wait_state *state)
{
    for (bool asleep = false; !asleep && *state != WAIT_OVER; pause_ms(1)) {
        bool entered = *state == WAIT_ENTERED;

        asleep = entered && is_asleep(*thread);
    }
    pause_ms(10);
}

#endif
