/*
 * unseen_timerfd made|received DIRECTORY|full: a timerfd on CLOCK_BOOTTIME, made here or received through a socket, is set where there is no /proc:
 * in a DIRECTORY that becomes the root, or when no descriptor is left with which the library could read /proc.
 */
#include "../passing_timerfd.h"

#include <sys/resource.h>

int main(int argc, char **argv)
{
    int sockets[2];

    if (argc != 3)
        return 2;
    int descriptor = timerfd_create(CLOCK_BOOTTIME, 0);
    if (!strcmp(argv[1], "received")) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
        send_descriptor(sockets[0], descriptor);
        descriptor = receive_descriptor(sockets[1]);
    }
    if (!strcmp(argv[2], "full")) {
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){64, 64});
        while (dup(0) >= 0)
            ;
    } else if (chroot(argv[2]) || chdir("/")) {
        perror(argv[2]);
        return 3;
    }
    return fire_in_300ms(descriptor, CLOCK_BOOTTIME);
}
