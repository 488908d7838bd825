/* usage: made_by_hand ROOT
 * Behind chroot, /proc is an ordinary directory with files that a user made. Prints their contents. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char text[64] = "";

    if (argc != 2 || chroot(argv[1]) || chdir("/"))
        return 2;
    int file = open("/proc/uptime", O_RDONLY);
    printf("error=%d\n", file < 0 ? errno : 0);
    if (file >= 0 && read(file, text, sizeof text - 1) > 0)
        printf("text=%s\n", text);
    return 0;
}
