/* send_signals COMMAND ARG...: runs COMMAND, and sends it harmless signals and SIGSTOP with SIGCONT as fast as possible for its first 50 ms. Exits with
   COMMAND's status. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const int signals[] = {SIGSTOP, SIGCONT, SIGURG, SIGCHLD, SIGTSTP, SIGCONT, SIGWINCH, SIGSTOP, SIGSTOP, SIGCONT, SIGTTIN, SIGCONT};
    if (argc < 2)
        return 2;
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (child < 0)
        return 3;

    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    unsigned sent = 0;
    do {
        kill(child, signals[sent++ % (sizeof signals / sizeof *signals)]);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 50);
    kill(child, SIGCONT);

    int status;
    if (waitpid(child, &status, 0) != child)
        return 4;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
