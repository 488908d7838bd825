/* exchange_names A B: exchanges two names again and again until its input ends, and then prints how often. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    long times = 0;

    if (argc != 3 || puts("ready=1") < 0 || fflush(stdout))
        return 2;
    while (poll(&input, 1, 0) == 0) {
        for (int i = 0; i < 1000; i++)
            times += syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) == 0;
    }
    printf("times=%ld\n", times);
    return times == 0;
}
