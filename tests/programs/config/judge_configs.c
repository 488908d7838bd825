/* usage: judge_configs FILE LIBRARY COMMAND [ARG]... <CONTENTS
 * Writes each content to FILE, runs COMMAND with FILE in VIRT_TIME_CONF and with LIBRARY (if not "") preloaded, and prints a letter: y if COMMAND
 * succeeded and wrote nothing to standard error, else n.
 * A content has the form, in native byte order: int64 size, int64 count, and count times { int64 position, int64 length, bytes }. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_or_exit(void *data, size_t size)
{
    if (fread(data, size, 1, stdin) != 1)
        exit(3);
}

static void make(const char *path, int64_t size)
{
    static char bytes[65536];
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    int64_t count, place[2];
    read_or_exit(&count, sizeof count);
    for (; count > 0; count--) {
        read_or_exit(place, sizeof place);
        if (place[1] > (int64_t)sizeof bytes)
            exit(3);
        read_or_exit(bytes, place[1]);
        if (pwrite(file, bytes, place[1], place[0]) != place[1])
            exit(4);
    }
    if (file < 0 || ftruncate(file, size) != 0 || close(file) != 0)
        exit(4);
}

static int is_accepted(const char *library, char **command)
{
    int message[2], status;
    char text;
    if (pipe(message) != 0)
        exit(4);
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(message[1], 2);
        close(message[0]);
        close(message[1]);
        dup2(open("/dev/null", O_WRONLY), 1);
        if (*library)
            setenv("LD_PRELOAD", library, 1);
        execv(command[0], command);
        _exit(127);
    }
    if (*library)
        unsetenv("LD_PRELOAD");
    close(message[1]);
    int is_silent = read(message[0], &text, 1) == 0;
    close(message[0]);
    if (waitpid(pid, &status, 0) != pid)
        exit(4);
    return is_silent && status == 0;
}

int main(int argc, char **argv)
{
    int64_t size;
    if (argc < 4)
        return 2;
    setenv("VIRT_TIME_CONF", argv[1], 1);
    while (fread(&size, sizeof size, 1, stdin) == 1) {
        make(argv[1], size);
        putchar(is_accepted(argv[2], argv + 3) ? 'y' : 'n');
        fflush(stdout);
    }
    return 0;
}
