/* Each wait until an absolute deadline, with a signal, a stop or a cancellation meanwhile. */
#include "waiting.h"

static volatile int handled;

static void count_signal(int signal)
{
    (void)signal;
    handled++;
}

static void wait_in_handler(int signal)
{
    struct timespec deadline = deadline_in(CLOCK_MONOTONIC, 30);

    (void)signal;
    int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    handled += error ? 100 : 1;
}

/* If the signal does not end the wait, a release does, or its deadline if it has no release. */
static void *interrupt_then_release(void *waiter)
{
    const struct waiter *w = waiter;

    until_asleep(&waiting_thread, &wait_state);
    syscall(SYS_tgkill, getpid(), waiting_thread, SIGUSR1);
    while (!handled)
        pause_ms(1);
    pause_ms(50);
    if (w->release)
        w->release(w);
    return NULL;
}

static void say_interrupted(const struct waiter *w, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    sigaction(SIGUSR1, &action, NULL);
    w->prepare(w);
    start(interrupt_then_release, w);
    /* A refused call returns at once: the handler may or may not have run by then. */
    int error = say_wait(w, &far_away, 0);
    if (error != EINVAL && error != EPERM && error != ENOTSUP)
        say("handlers run", "%d", handled);
}

static void interrupted(const void *subject)
{
    say_interrupted(subject, count_signal, 0);
}

static void interrupted_to_restart(const void *subject)
{
    say_interrupted(subject, count_signal, SA_RESTART);
}

static void interrupted_to_wait(const void *subject)
{
    say_interrupted(subject, wait_in_handler, SA_RESTART);
}

/* The program does not notice a stop and a continuation: the deadline stays the same. */
static void stopped(const void *subject)
{
    const struct waiter *w = subject;
    pid_t waiting = getpid();

    w->prepare(w);
    if (fork() == 0) {
        alarm(CASE_SECONDS);
        pause_ms(30);
        kill(waiting, SIGSTOP);
        pause_ms(40);
        kill(waiting, SIGCONT);
        _exit(0);
    }
    struct timespec deadline = deadline_in(w->clock, 150);
    say_wait(w, &deadline, 150);
}

static void *wait_for_ever(void *waiter)
{
    const struct waiter *w = waiter;

    int error = wait_until(w, &far_away);

    /* A cancellation that comes later must not depend on chance. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    say("result", "%s", error_name(error));
    return NULL;
}

static void cancelled(const void *subject)
{
    const struct waiter *w = subject;
    struct timespec deadline;
    pthread_t thread;
    void *result = NULL;

    w->prepare(w);
    pthread_create(&thread, NULL, wait_for_ever, (void *)w);
    until_asleep(&waiting_thread, &wait_state);
    pthread_cancel(thread);

    /* On a busy machine the thread may not have run yet. */
    int error;
    do {
        deadline = deadline_in(CLOCK_REALTIME, 100);
        error = pthread_timedjoin_np(thread, &result, &deadline);
    } while (error && !is_asleep(waiting_thread));
    if (error && w->release) {
        w->release(w);
        deadline = deadline_in(CLOCK_REALTIME, 5000);
        say("join after release", "%s", error_name(pthread_timedjoin_np(thread, &result, &deadline)));
    }
    say("thread", "%s", result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
}

static const struct situation situations[] = {
    {"interrupted", interrupted, false, false},
    {"interrupted with SA_RESTART", interrupted_to_restart, false, false},
    {"wait in the handler", interrupted_to_wait, false, false},
    {"stopped", stopped, false, false},
    {"cancelled", cancelled, false, false},
};

/* probe_interrupted_waits [FUNCTION]: only this function. */
int main(int argc, char **argv)
{
    return probe_situations(situations, COUNT(situations), argc > 1 ? argv[1] : NULL);
}
