/* POSIX message queues, through libc and through syscall: an empty queue to receive from, a full queue to send to. */
#include "waiter.h"
#include <fcntl.h>
#include <mqueue.h>

enum { QUEUE_EMPTY, QUEUE_FULL };

static mqd_t queue;
static char message[16];

static inline void prepare_queue(const struct waiter *w)
{
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = sizeof message};
    char name[64];

    snprintf(name, sizeof name, "/virttime-test-%d", getpid());
    queue = mq_open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600, &attributes);
    mq_unlink(name);
    if (w->kind == QUEUE_FULL)
        mq_send(queue, message, sizeof message, 0);
}

static inline void release_queue(const struct waiter *w)
{
    if (w->kind == QUEUE_FULL)
        mq_receive(queue, message, sizeof message, NULL);
    else
        mq_send(queue, message, sizeof message, 0);
}

/* A system without queues has the same result as one without the system call. */
static inline int error_of_queue(long result)
{
    return queue < 0 ? ENOSYS : result < 0 ? errno : 0;
}

static inline int wait_to_send(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return error_of_queue(mq_timedsend(queue, message, sizeof message, 0, deadline));
}

static inline int wait_to_receive(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return error_of_queue(mq_timedreceive(queue, message, sizeof message, NULL, deadline));
}

static inline int raw_wait_to_send(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return error_of_queue(syscall(SYS_mq_timedsend, queue, message, sizeof message, 0, deadline));
}

static inline int raw_wait_to_receive(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return error_of_queue(syscall(SYS_mq_timedreceive, queue, message, sizeof message, NULL, deadline));
}

#define QUEUES \
    {"mq_timedsend", CLOCK_REALTIME, prepare_queue, wait_to_send, release_queue, true, QUEUE_FULL}, \
    {"mq_timedreceive", CLOCK_REALTIME, prepare_queue, wait_to_receive, release_queue, true, QUEUE_EMPTY}, \
    {"syscall(mq_timedsend)", CLOCK_REALTIME, prepare_queue, raw_wait_to_send, release_queue, true, QUEUE_FULL}, \
    {"syscall(mq_timedreceive)", CLOCK_REALTIME, prepare_queue, raw_wait_to_receive, release_queue, true, QUEUE_EMPTY}
