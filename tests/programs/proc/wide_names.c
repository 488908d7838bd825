/* Calls each function whose name ends in 64. Prints how many of these calls wide_names_library.c saw, and the uptime that it read. */
#define _LARGEFILE64_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern int wide_calls __attribute__((weak));

int main(void)
{
    char text[64] = "";
    int file = open64("/proc/uptime", O_RDONLY), other = openat64(AT_FDCWD, "/proc/uptime", O_RDONLY);
    FILE *stream = fopen64("/proc/uptime", "r");

    stream = freopen64("/proc/uptime", "r", stream);
    lseek64(file, 0, SEEK_SET);
    pread64(other, text, sizeof text - 1, 0);
    fseeko64(stream, 0, SEEK_SET);
    printf("calls=%d\nuptime=%.0f\n", &wide_calls ? wide_calls : 0, strtod(text, NULL));
    return 0;
}
