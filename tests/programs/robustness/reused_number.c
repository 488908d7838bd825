/*
 * reused_number WAY: closes a timerfd on CLOCK_MONOTONIC, and gives its number to a timerfd on CLOCK_BOOTTIME, which it then sets. The number is
 * reused by dup2 or dup3, which close the first one themselves, by fcntl, by recvmsg, or by another timerfd_create; or the first one is closed by
 * close_range, closefrom, a raw system call, or libc's own fclose.
 */
#include "../passing_timerfd.h"

static int other_number(int descriptor)
{
    return fcntl(descriptor, F_DUPFD, 100);
}

static void close_by(const char *way, int number)
{
    if (!strcmp(way, "close_range"))
        close_range(number, number, 0);
    else if (!strcmp(way, "closefrom"))
        closefrom(number);
    else if (!strcmp(way, "raw_close"))
        syscall(SYS_close, number);
    else if (!strncmp(way, "fclose", 6))
        fclose(fdopen(number, "r"));
    else
        close(number);
}

static int reuse(const char *way, int number, int descriptor)
{
    int sockets[2];

    if (!strcmp(way, "dup2"))
        return dup2(descriptor, number);
    if (!strcmp(way, "dup3"))
        return dup3(descriptor, number, O_CLOEXEC);
    if (!strcmp(way, "raw_dup3"))
        return syscall(SYS_dup3, descriptor, number, O_CLOEXEC);
    if (!strcmp(way, "recvmsg")) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
        send_descriptor(sockets[0], descriptor);
        close_by(way, number);
        return receive_descriptor(sockets[1]);
    }
    close_by(way, number);
    if (!strcmp(way, "fclose, dup"))
        return dup(descriptor);
    if (!strcmp(way, "fclose, raw_dup"))
        return syscall(SYS_dup, descriptor);
    return !strcmp(way, "timerfd_create") ? timerfd_create(CLOCK_BOOTTIME, 0) : fcntl(descriptor, F_DUPFD, number);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    int number = timerfd_create(CLOCK_MONOTONIC, 0), made = timerfd_create(CLOCK_BOOTTIME, 0);
    int descriptor = !strcmp(argv[1], "closefrom") ? dup2(made, number - 1 > 2 ? number - 1 : 0) : other_number(made);

    /* Sets the first timerfd to an absolute time in the past, so that the library knows its clock. */
    timerfd_settime(number, TFD_TIMER_ABSTIME, &(struct itimerspec){.it_value = {0, 1}}, NULL);
    int reused = reuse(argv[1], number, descriptor);
    printf("same_number=%d\n", reused == number);
    return fire_in_300ms(reused, CLOCK_BOOTTIME);
}
