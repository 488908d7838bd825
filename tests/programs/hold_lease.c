/* usage: hold_lease FILE COMMAND [ARG]...
 * Holds a lease on FILE, as a launcher does while it looks for unused private config files to delete, and runs COMMAND meanwhile. Gives the lease
 * back after 0.3 s. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    int file = open(argv[1], O_RDWR | O_CLOEXEC);
    if (file < 0 || fcntl(file, F_SETSIG, SIGURG) != 0 || fcntl(file, F_SETLEASE, F_WRLCK) != 0) {
        perror(argv[1]);
        return 2;
    }

    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        _exit(127);
    }

    /* The process ignores the signal of a broken lease, so it does not interrupt this sleep. */
    usleep(300 * 1000);
    fcntl(file, F_SETLEASE, F_UNLCK);
    close(file);
    int status;
    if (waitpid(pid, &status, 0) != pid)
        return 2;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
