/* The futex system calls, through syscall. */
#include "waiter.h"
#include <linux/futex.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif
#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

#define FUTEX2_32_BITS 2
#define FUTEX2_PRIVATE_FLAG 128
#define ANY_BIT 0xffffffffu

static uint32_t futex_word, pi_word;

struct futex_waiter {
    uint64_t value, address;
    uint32_t flags, reserved;
};

static inline long raw_futex(uint32_t *word, int operation, uint32_t value, const void *fourth, uint32_t *word2, uint32_t value3)
{
    return syscall(SYS_futex, word, operation, value, fourth, word2, value3);
}

static inline void prepare_word(const struct waiter *w)
{
    (void)w;
    futex_word = pi_word = 0;
}

/* `kind` is the operation with its flags. */
static inline int wait_word(const struct waiter *w, const struct timespec *deadline)
{
    return raw_futex(&futex_word, w->kind, 0, deadline, NULL, ANY_BIT) < 0 ? errno : 0;
}

static inline int wait_words(const struct waiter *w, const struct timespec *deadline)
{
    struct futex_waiter waiter = {0, (uintptr_t)&futex_word, FUTEX2_32_BITS | FUTEX2_PRIVATE_FLAG, 0};

    return syscall(SYS_futex_waitv, &waiter, 1, 0, deadline, w->clock) < 0 ? errno : 0;
}

static inline int wait_word_anew(const struct waiter *w, const struct timespec *deadline)
{
    return syscall(SYS_futex_wait, &futex_word, 0UL, (unsigned long)ANY_BIT, FUTEX2_32_BITS | FUTEX2_PRIVATE_FLAG, deadline, w->clock) < 0
        ? errno : 0;
}

static inline void release_word(const struct waiter *w)
{
    bool shared = w->kind == FUTEX_WAIT_BITSET;

    __atomic_store_n(&futex_word, 1, __ATOMIC_SEQ_CST);
    raw_futex(&futex_word, shared ? FUTEX_WAKE : FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static inline int wait_requeued(const struct waiter *w, const struct timespec *deadline)
{
    return raw_futex(&futex_word, w->kind, 0, deadline, &pi_word, 0) < 0 ? errno : 0;
}

/* The fourth argument is a number: how many more waiters to requeue. */
static inline void release_requeued(const struct waiter *w)
{
    (void)w;
    /* A release does not last, and the waiter may be returning from a signal handler. So it is repeated. */
    for (int i = 0; i < 2000 && raw_futex(&futex_word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)0, &pi_word, 0) == 0; i++)
        pause_ms(1);
}

static inline void take_word(const struct waiter *w)
{
    (void)w;
    raw_futex(&pi_word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
}

static inline void give_word(const struct waiter *w)
{
    (void)w;
    raw_futex(&pi_word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
}

static inline void prepare_pi_word(const struct waiter *w)
{
    pi_word = 0;
    start_holder(w, take_word, give_word);
}

static inline int wait_pi_word(const struct waiter *w, const struct timespec *deadline)
{
    return raw_futex(&pi_word, w->kind, 0, deadline, NULL, 0) < 0 ? errno : 0;
}

#define WORD(name, clock, operation) {"futex(" name ")", clock, prepare_word, wait_word, release_word, true, operation}
#define REQUEUED(clock, operation) \
    {"futex(WAIT_REQUEUE_PI)", clock, prepare_word, wait_requeued, release_requeued, false, operation}
#define PI_WORD(name, clock, operation) \
    {"futex(" name ")", clock, prepare_pi_word, wait_pi_word, release_holder, true, operation}
#define WORDS(clock) \
    {"futex_waitv", clock, prepare_word, wait_words, release_word, true, 0}, \
    {"futex_wait", clock, prepare_word, wait_word_anew, release_word, true, 0}
