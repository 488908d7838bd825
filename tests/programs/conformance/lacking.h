/* Functions that other libcs lack. A case that calls one ends there without an observation, and is not counted. */
#ifndef LACKING_H
#define LACKING_H

#include <features.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LACKING(function) static inline __attribute__((noreturn)) int function() { _exit(0); }

#ifdef __GLIBC__
#if !__GLIBC_PREREQ(2, 32)
#define LACKS_ERROR_NAMES
#endif
#if !__GLIBC_PREREQ(2, 34)
LACKING(execveat)
#endif
#else
#define LACKS_ERROR_NAMES
LACKING(execveat)
LACKING(pthread_cond_clockwait)
LACKING(pthread_mutex_clocklock)
LACKING(pthread_rwlock_clockrdlock)
LACKING(pthread_rwlock_clockwrlock)
LACKING(pthread_clockjoin_np)
LACKING(sem_clockwait)
LACKING(__open_2)
LACKING(__open64_2)
LACKING(__openat_2)
LACKING(__openat64_2)
static inline __attribute__((noreturn)) void *dlvsym() { _exit(0); }
#endif

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#endif
