/* The part of probe_timers.c that makes several timers, or deletes one. */

#define MANY 300

static volatile sig_atomic_t fired[MANY];

static void note_timer(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    fired[info->si_value.sival_int]++;
}

/* Every other timer is on CLOCK_REALTIME. If the library confused the clocks, a timer would expire never or too soon. */
static void many(const void *subject)
{
    const struct timer_calls *t = subject;
    int made = 0, too_soon = 0, once = 0;
    timer_t timers[MANY];

    sigaction(SIGUSR2, &(struct sigaction){.sa_sigaction = note_timer, .sa_flags = SA_SIGINFO | SA_RESTART}, NULL);
    for (int i = 0; i < MANY; i++) {
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2, .sigev_value.sival_int = i};
        clockid_t clock = i % 2 ? CLOCK_REALTIME : t->clock;

        if (timer_create(clock, &event, &timers[i]))
            continue;
        /* One timer in three stays armed for long. */
        struct itimerspec value = {{0, 0}, deadline_in(clock, i % 3 ? 100 : 100000)};
        made += timer_settime(timers[i], TIMER_ABSTIME, &value, NULL) == 0;
    }
    pause_ms(200);
    for (int round = 0; round < 2000 && once < MANY * 2 / 3; round++, pause_ms(5)) {
        once = too_soon = 0;
        for (int i = 0; i < MANY; i++) {
            once += i % 3 && fired[i] == 1;
            too_soon += i % 3 == 0 && fired[i];
        }
        if (made < MANY)
            break;
    }
    say("made", "%d", made);
    say("fired", "%d", once);
    say("fired too soon", "%d", too_soon);
}

static void deleted(const void *subject)
{
    const struct timer_calls *t = subject;
    struct itimerspec value = {{0, 0}, deadline_in(t->clock, 50)};

    if (!make_timer(t))
        return;
    say_result("set", timer_settime(libc_timer, TIMER_ABSTIME, &value, NULL));
    say_result("delete", timer_delete(libc_timer));
    say("expirations", "%d", (int)await_signal(100));
    say_result("set deleted", timer_settime(libc_timer, TIMER_ABSTIME, &value, NULL));
    say_result("delete deleted", timer_delete(libc_timer));
}

/* The kernel may use an id again, for a timer on another clock. */
static void one_id_after_another(const void *subject)
{
    const struct timer_calls *t = subject;
    struct timer_calls other = *t;

    other.clock = CLOCK_REALTIME;
    for (int i = 0; i < 6; i++) {
        const struct timer_calls *calls = i % 2 ? &other : t;

        if (!make_timer(calls))
            return;
        say_expiry(calls, true, deadline_in(calls->clock, 10), 10);
        say_result("delete", syscall(SYS_timer_delete, raw_timer));
    }
}

/* A child inherits no timers, and its own timers may have the ids of its parent's. */
static void forked(const void *subject)
{
    const struct timer_calls *t = subject;
    struct timer_calls other = *t;
    struct itimerspec value = {{0, 0}, deadline_in(t->clock, 50)};

    if (!make_timer(t))
        return;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(CASE_SECONDS);
        say_result("set the parent's", timer_settime(libc_timer, TIMER_ABSTIME, &value, NULL));
        other.clock = CLOCK_REALTIME;
        if (make_timer(&other))
            say_expiry(&other, true, deadline_in(CLOCK_REALTIME, 50), 50);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    say_expiry(t, true, deadline_in(t->clock, 50), 50);
}

static void run_until(int64_t cpu_time)
{
    while (now(CLOCK_PROCESS_CPUTIME_ID) < cpu_time)
        ;
}

/*
 * The kernel looks at such a timer only at a tick while the process runs, and a virtual machine can miss ticks: so the process runs on for 100 ms.
 * Before, it runs for 150 ms: a deadline of 170 ms that was taken for a duration would not pass in that time.
 */
static void on_cpu_time(const void *subject)
{
    struct timer_calls t = {"", CLOCK_PROCESS_CPUTIME_ID, make_libc_timer, set_libc_timer, get_libc_timer, await_signal};
    struct itimerspec value = {0};
    int64_t expirations;

    (void)subject;
    if (!make_timer(&t))
        return;
    run_until(150 * MILLISECOND);
    value.it_value = deadline_in(CLOCK_PROCESS_CPUTIME_ID, 20);
    say_result("set", timer_settime(libc_timer, TIMER_ABSTIME, &value, NULL));
    do
        expirations = await_signal(0);
    while (!expirations && now(CLOCK_PROCESS_CPUTIME_ID) < in_ns(value.it_value) + 100 * MILLISECOND);
    say("expirations", "%d", (int)expirations);
}
