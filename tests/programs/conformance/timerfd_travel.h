/* A timerfd that another process made and sent through a socket. */
#include "probe.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

union descriptor_message {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header;
};

static inline struct msghdr message_with(union descriptor_message *control, struct iovec *data)
{
    return (struct msghdr){.msg_iov = data, .msg_iovlen = 1, .msg_control = control->space, .msg_controllen = sizeof control->space};
}

static inline void send_descriptor(int socket, int descriptor)
{
    union descriptor_message control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    char byte = 'x';
    struct msghdr message = message_with(&control, &(struct iovec){&byte, 1});

    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    if (sendmsg(socket, &message, 0) < 0)
        _exit(1);
}

static inline int receive_descriptor(int socket)
{
    union descriptor_message control = {0};
    char byte;
    struct msghdr message = message_with(&control, &(struct iovec){&byte, 1});
    int descriptor = -1;

    if (recvmsg(socket, &message, 0) > 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)))
        memcpy(&descriptor, CMSG_DATA(&control.header), sizeof descriptor);
    return descriptor;
}

/* Returns -1 with errno set if the child cannot make one. */
static inline int receive_from_child(clockid_t clock)
{
    int sockets[2], status;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        return -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int descriptor = timerfd_create(clock, TFD_NONBLOCK);

        if (descriptor < 0)
            _exit(errno);
        send_descriptor(sockets[1], descriptor);
        _exit(0);
    }
    close(sockets[1]);
    int descriptor = receive_descriptor(sockets[0]);
    waitpid(child, &status, 0);
    if (descriptor < 0)
        errno = WEXITSTATUS(status);
    return descriptor;
}
