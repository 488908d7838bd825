/*
 * block_in [FUNCTION CLOCK [fork|clone]]
 *
 * Blocks in a function until a far deadline, so that another process can look at its slot. Lines of standard input control the next steps. With fork
 * or clone(2), the child blocks, after the parent has done so. Without arguments, the program lists the functions and clocks.
 *
 *   interrupt     a signal handler interrupts the wait and waits itself, until ...
 *   end inner     ... its own wait is interrupted; then it reads a byte ...
 *   end handler   ... and returns
 *   release       ends the wait
 *   quit          ends the program
 */
#include "waiting.h"
#include <fcntl.h>

static int handler_pipe[2];
static volatile bool in_handler;
static const struct waiter *waiter;

static void print_time(const char *key, struct timespec t)
{
    dprintf(STDOUT_FILENO, "%s=%lld.%09ld\n", key, (long long)t.tv_sec, t.tv_nsec);
}

static void wait_inside(int signal)
{
    struct timespec deadline = deadline_in(CLOCK_MONOTONIC, 2000000);
    char byte;

    (void)signal;
    print_time("inner", deadline);
    in_handler = true;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    in_handler = false;
    dprintf(STDOUT_FILENO, "inner_over=1\n");
    while (read(handler_pipe[0], &byte, 1) < 0)
        ;
}

static void do_nothing(int signal)
{
    (void)signal;
}

static void send(int signal)
{
    syscall(SYS_tgkill, getpid(), waiting_thread, signal);
}

static void obey(const char *command)
{
    static const volatile enum wait_state inner = WAIT_ENTERED;

    if (!strcmp(command, "interrupt\n")) {
        send(SIGUSR1);
        while (!in_handler)
            pause_ms(1);
        until_asleep(&waiting_thread, &inner);
        dprintf(STDOUT_FILENO, "inner_asleep=1\n");
    } else if (!strcmp(command, "end inner\n")) {
        send(SIGUSR2);
    } else if (!strcmp(command, "end handler\n")) {
        if (write(handler_pipe[1], "x", 1) != 1)
            _exit(3);
    } else if (!strcmp(command, "release\n") && waiter->release) {
        waiter->release(waiter);
    } else if (!strcmp(command, "release\n")) {
        send(SIGUSR2);
    } else {
        _exit(0);
    }
}

static void *conduct(void *unused)
{
    char command[64];

    until_asleep(&waiting_thread, &wait_state);
    dprintf(STDOUT_FILENO, "asleep=1\n");
    while (fgets(command, sizeof command, stdin))
        obey(command);
    _exit(0);
    return unused;
}

/* Finds out whether the system has the function. It also makes the library note facts about this thread, which is the parent in the case of a child.
*/
static void try_it(void)
{
    struct timespec expired = {0, 1};
    int error = 0;

    for (int i = 0; i < 3; i++) {
        waiter->prepare(waiter);
        error = waiter->wait(waiter, &expired);
        if (waiter->release == release_holder) {
            waiter->release(waiter);
            until_holder_ended();
        }
    }
    dprintf(STDOUT_FILENO, "trial=%s\n", error_name(error));
}

static void become_child(const char *how)
{
    dprintf(STDOUT_FILENO, "parent=%d\n", getpid());
    pid_t child = !strcmp(how, "fork") ? fork() : syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        return;
    }
    waitpid(child, NULL, 0);
    _exit(0);
}

static void block(void)
{
    struct timespec deadline = deadline_in(waiter->clock, 1000000);
    pthread_t thread;

    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = wait_inside, .sa_flags = SA_RESTART}, NULL);
    sigaction(SIGUSR2, &(struct sigaction){.sa_handler = do_nothing}, NULL);
    waiter->prepare(waiter);
    dprintf(STDOUT_FILENO, "thread=%d\n", (int)syscall(SYS_gettid));
    print_time("deadline", deadline);
    pthread_create(&thread, NULL, conduct, NULL);
    const char *error = error_name(wait_until(waiter, &deadline));
    dprintf(STDOUT_FILENO, "error=%s\n", error);
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        for (size_t i = 0; i < COUNT(waiters); i++)
            printf("%s/%s/%d\n", waiters[i].function, clock_name(waiters[i].clock), waiters[i].clock);
        return 0;
    }
    for (size_t i = 0; i < COUNT(waiters); i++)
        if (!strcmp(waiters[i].function, argv[1]) && !strcmp(clock_name(waiters[i].clock), argv[2]))
            waiter = &waiters[i];
    if (!waiter || pipe2(handler_pipe, O_CLOEXEC))
        return 2;
    try_it();
    if (argc > 3)
        become_child(argv[3]);
    block();
    return 0;
}
