/* Uses own_names_library.c after it has read a file that is shifted. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

long use_own_names(void);

int main(void)
{
    int file = syscall(SYS_openat, AT_FDCWD, "/proc/uptime", O_RDONLY);

    printf("opened=%d\n", file >= 0);
    printf("answer=%ld\n", use_own_names());
    return 0;
}
