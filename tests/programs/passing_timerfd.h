/* Passes a descriptor through a socket, so that this process receives a descriptor that it has not opened. */
#ifndef PASSING_TIMERFD_H
#define PASSING_TIMERFD_H

#include "virttime_conf.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

union rights {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static inline void send_descriptor(int socket, int descriptor)
{
    char byte = 0;
    struct iovec data = {&byte, 1};
    union rights rights = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof rights};

    memcpy(CMSG_DATA(&rights.header), &descriptor, sizeof descriptor);
    if (sendmsg(socket, &message, 0) != 1)
        perror("sendmsg"), exit(3);
}

static inline int receive_descriptor(int socket)
{
    char byte;
    struct iovec data = {&byte, 1};
    union rights rights;
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof rights};
    int descriptor;

    if (recvmsg(socket, &message, 0) != 1 || message.msg_controllen < CMSG_LEN(sizeof(int)))
        perror("recvmsg"), exit(3);
    memcpy(&descriptor, CMSG_DATA(&rights.header), sizeof descriptor);
    return descriptor;
}

static inline int lowest_free_descriptor(void)
{
    int lowest = dup(0);

    if (lowest >= 0)
        close(lowest);
    return lowest;
}

/*
 * Sets it to an absolute time 300 ms later on that clock, and prints when it can be read; -1 if that takes more than 3 s. Also prints whether setting
 * it left a descriptor open.
 */
static inline int fire_in_300ms(int descriptor, clockid_t clock)
{
    int64_t wall = vt_now(CLOCK_REALTIME);
    struct itimerspec value = {.it_value = vt_timespec(vt_now(clock) + 300000000)};
    int lowest = lowest_free_descriptor();

    if (timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &value, NULL)) {
        perror("timerfd_settime");
        return 3;
    }
    printf("descriptors=%d\n", lowest_free_descriptor() - lowest);
    struct pollfd timer = {.fd = descriptor, .events = POLLIN};
    if (poll(&timer, 1, 3000) == 1)
        vt_print("fired_ms", (vt_now(CLOCK_REALTIME) - wall) * 1000);
    else
        puts("fired_ms=-1");
    return 0;
}

#endif
