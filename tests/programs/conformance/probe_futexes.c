/* The futex operations whose fourth argument is not an absolute deadline: a relative timeout, a number, or unused. */
#include "waiter_futexes.h"

static uint32_t word, other_word;
static int ended;

static long wake(uint32_t *which, int count)
{
    return raw_futex(which, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static void relative_wait(const void *subject)
{
    int64_t start = now(CLOCK_MONOTONIC);

    (void)subject;
    say_result("result", raw_futex(&word, FUTEX_WAIT_PRIVATE, 0, &(struct timespec){0, 100 * MILLISECOND}, NULL, 0));
    say_timing(start, 100);
    say_result("zero", raw_futex(&word, FUTEX_WAIT_PRIVATE, 0, &(struct timespec){0, 0}, NULL, 0));
    say_result("negative", raw_futex(&word, FUTEX_WAIT_PRIVATE, 0, &(struct timespec){-1, 0}, NULL, 0));
    say_result("nanoseconds", raw_futex(&word, FUTEX_WAIT_PRIVATE, 0, &(struct timespec){0, SECOND}, NULL, 0));
    say_result("other value", raw_futex(&word, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0));
    say_result("bad", raw_futex(&word, FUTEX_WAIT_PRIVATE, 0, (void *)8, NULL, 0));
}

/* Relative in spite of the flag. Older kernels refuse it. */
static void relative_wait_on_realtime(const void *subject)
{
    int operation = FUTEX_WAIT_PRIVATE | FUTEX_CLOCK_REALTIME;

    (void)subject;
    say_result("result", raw_futex(&word, operation, 0, &(struct timespec){0, 50 * MILLISECOND}, NULL, 0));
}

static void *wait_on_word(void *unused)
{
    while (raw_futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) < 0 && errno == EINTR)
        ;
    __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
    return unused;
}

static void start_waiters(int count)
{
    pthread_t thread;

    word = other_word = 0;
    ended = 0;
    for (int i = 0; i < count; i++)
        pthread_create(&thread, NULL, wait_on_word, NULL);
    pause_ms(100);
}

static void say_ended(int expected)
{
    for (int i = 0; i < 2000 && __atomic_load_n(&ended, __ATOMIC_SEQ_CST) < expected; i++)
        pause_ms(1);
    say("woken", "%d", __atomic_load_n(&ended, __ATOMIC_SEQ_CST));
}

/* Moves all waiters but one, and retries until all of them are asleep. */
static void say_requeued(int operation)
{
    long moved = 0;

    start_waiters(3);
    for (int i = 0; i < 200 && moved < 3; i++, pause_ms(5)) {
        long result = raw_futex(&word, operation, i == 0 ? 1 : 0, (void *)(intptr_t)2, &other_word, 0);

        if (result < 0) {
            say_result("result", result);
            return;
        }
        moved += result;
    }
    say_ended(1);
    say("woken by the other word", "%ld", wake(&other_word, 10));
    say_ended(3);
}

static void requeue(const void *subject)
{
    (void)subject;
    say_requeued(FUTEX_REQUEUE_PRIVATE);
}

static void compare_and_requeue(const void *subject)
{
    (void)subject;
    say_requeued(FUTEX_CMP_REQUEUE_PRIVATE);
    say_result("other value", raw_futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)1, &other_word, 4711));
}

/* Adds 5 to the second word, and wakes as many of its waiters as the fourth argument says. */
static void wake_and_change(const void *subject)
{
    uint32_t add_five = FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_GE, 0);

    (void)subject;
    start_waiters(2);
    long woken = raw_futex(&other_word, FUTEX_WAKE_OP_PRIVATE, 0, (void *)2, &word, add_five);
    say("woken or later", "%s", woken >= 0 && woken <= 2 ? "yes" : "no");
    wake(&word, 10);
    say_ended(2);
    say("word", "%u", word);
    say_result("fourth is a pointer", raw_futex(&other_word, FUTEX_WAKE_OP_PRIVATE, 0, (void *)-1L, &word, add_five));
}

static void nothing_to_do(const void *subject)
{
    (void)subject;
    word = 0;
    say("wake", "%ld", raw_futex(&word, FUTEX_WAKE_PRIVATE, 1, (void *)-1L, NULL, 0));
    say("wake bitset", "%ld", raw_futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 1, (void *)-1L, NULL, ANY_BIT));
    say_result("unlock", raw_futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, (void *)-1L, NULL, 0));
    say_result("lock", raw_futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0));
    say_result("trylock", raw_futex(&word, FUTEX_TRYLOCK_PI_PRIVATE, 0, (void *)-1L, NULL, 0));
    say_result("no bits", raw_futex(&other_word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, 0));
    say_result("unknown", raw_futex(&word, 99, 0, (void *)-1L, NULL, 0));
    say_result("unknown with flags", raw_futex(&word, 99 | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, 0, (void *)-1L, NULL, 0));
}

/* System calls that the library does not interpose are passed on with all six arguments. */
static void other_calls(const void *subject)
{
    static char memory[16] = "unchanged";
    void *page;

    (void)subject;
    page = (void *)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say("mmap", "%s", page == MAP_FAILED ? error_name(errno) : "0");
    errno = 4711;
    say("getpid", "%s", syscall(SYS_getpid) == getpid() ? "same" : "other");
    say("errno", "%d", errno);
    say_result("unknown", syscall(100000, memory));
    say_result("negative", syscall(-1));
}

int main(void)
{
    probe("futex(WAIT)", CLOCK_MONOTONIC, "relative", relative_wait, NULL);
    probe("futex(WAIT)", CLOCK_REALTIME, "relative", relative_wait_on_realtime, NULL);
    probe("futex(REQUEUE)", CLOCK_MONOTONIC, "number", requeue, NULL);
    probe("futex(CMP_REQUEUE)", CLOCK_MONOTONIC, "number", compare_and_requeue, NULL);
    probe("futex(WAKE_OP)", CLOCK_MONOTONIC, "number", wake_and_change, NULL);
    probe("futex", CLOCK_MONOTONIC, "nothing to do", nothing_to_do, NULL);
    probe("syscall", CLOCK_MONOTONIC, "other calls", other_calls, NULL);
    return end_probes();
}
