/*
 * on_terminal [-i READY] COMMAND [ARGUMENT]...: runs COMMAND in the foreground of a terminal of its own, copies its output, and exits with its status
 * (128 + signal). With -i, it types Ctrl-C when a line with READY has appeared.
 */
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Ctrl-C discards output that was not read yet, which may include the answer to it. */
static void keep_output(void)
{
    struct termios t;

    tcgetattr(0, &t);
    t.c_lflag |= NOFLSH;
    tcsetattr(0, TCSANOW, &t);
}

int main(int argc, char **argv)
{
    const char *ready = NULL;
    char seen[65536] = "";
    size_t length = 0;
    int terminal, status;
    ssize_t got;

    if (argc > 3 && !strcmp(argv[1], "-i")) {
        ready = argv[2];
        argv += 2;
    }
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    if (child == 0) {
        keep_output();
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    while (length < sizeof seen - 1 && (got = read(terminal, seen + length, sizeof seen - 1 - length)) > 0) {
        fwrite(seen + length, 1, got, stdout);
        fflush(stdout);
        length += got;
        seen[length] = 0;
        if (ready && strstr(seen, ready)) {
            ready = NULL;
            if (write(terminal, "\003", 1) != 1)
                return 3;
        }
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
