/*
 * long_message: receives a message of ETIMEDOUT bytes by the raw system call, long before its deadline. Prints `length=`, and `left=`: the
 * messages in the queue afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    char name[64], message[ETIMEDOUT] = "", received[256];
    struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = sizeof received};
    struct timespec deadline;

    snprintf(name, sizeof name, "/virttime-test-%d", (int)getpid());
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
    if (queue == (mqd_t)-1 || mq_unlink(name))
        return 2;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 30;
    for (int i = 0; i < 2; i++)
        if (mq_send(queue, message, sizeof message, 0))
            return 2;
    printf("length=%ld\n", syscall(SYS_mq_timedreceive, queue, received, sizeof received, NULL, &deadline));
    mq_getattr(queue, &attributes);
    printf("left=%ld\n", attributes.mq_curmsgs);
    return 0;
}
