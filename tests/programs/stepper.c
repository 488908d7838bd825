/*
 * stepper TARGET CALL PRELOAD CONF WRITER READS JUMP
 *
 * Steps through one call of a program, instruction by instruction, again and again. Each time it migrates the program one instruction later: the
 * offset in the file changes, and from then on the host's clock reads JUMP nanoseconds more (or less, every other time). The reading or the deadline
 * must be right for a migration at each instruction.
 *
 * WRITER  how the file is changed: stepper_writers.h. While a slow writer changes it, the host's clock does not change.
 * READS   entered   a read of the host's clock that began before the migration returns the old host's time
 *         left      it returns the new host's time
 *
 * Prints how many readings or deadlines were wrong, and after how many calls the slot was not zero.
 *
 * The host's clock is simulated: the shift so far is added to each result of the vDSO or the kernel.
 */
#include "stepper_writers.h"
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#define SECOND INT64_C(1000000000)
#define STEPS_AT_MOST 100000
#define SLOW_STEPS 40
#define WRONG_SHOWN 8

typedef struct user_regs_struct regs_t;

static pid_t target;
static unsigned long vdso_start, vdso_end;
static clockid_t clock_id = CLOCK_MONOTONIC;
static int64_t fraction_ns = 1;
static bool as_entered;

/* The host's clock is high before the first migration, so that no jump leads below zero. */
static const int64_t first_shift = 10000000 * SECOND;
static int64_t host_shift, jump;
static int wrong, not_idle, shown;

static struct {
    long instruction;    /* where to migrate; negative: nowhere */
    long started_at;     /* where the writer began; negative: nowhere */
    unsigned long migrated_at;
    bool migrated;
    bool inside_vdso;
    int64_t shift_at_entry;
    unsigned long result, subject;
    bool deadline_seen;
} call;

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static unsigned long peek(unsigned long address)
{
    errno = 0;
    unsigned long word = ptrace(PTRACE_PEEKDATA, target, address, 0);

    if (errno)
        die("peek");
    return word;
}

static int64_t peek_time(unsigned long address)
{
    return vt_ns((struct timespec){(time_t)peek(address), (long)peek(address + 8)});
}

static void poke_time(unsigned long address, int64_t ns)
{
    struct timespec t = vt_timespec(ns);

    if (ptrace(PTRACE_POKEDATA, target, address, t.tv_sec) || ptrace(PTRACE_POKEDATA, target, address + 8, t.tv_nsec))
        die("poke");
}

static void resume(int request)
{
    int status;

    if (ptrace(request, target, 0, 0) || waitpid(target, &status, 0) < 0)
        die("resume");
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP) {
        fprintf(stderr, "stepper: the target came to status %#x\n", status);
        exit(2);
    }
}

static regs_t registers(void)
{
    regs_t regs;

    if (ptrace(PTRACE_GETREGS, target, 0, &regs))
        die("registers");
    return regs;
}

/* Returns the mapping that holds an address, and the offset in it; for the vDSO, its range. */
static void find_mapping(unsigned long address, const char *name, char *where, size_t size)
{
    char path[64], line[512];

    snprintf(path, sizeof path, "/proc/%d/maps", target);
    FILE *maps = fopen(path, "re");
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long start, end, offset;
        int at = 0;

        sscanf(line, "%lx-%lx %*s %lx %*s %*s %n", &start, &end, &offset, &at);
        line[strcspn(line, "\n")] = 0;
        if (name && !strcmp(line + at, name)) {
            vdso_start = start;
            vdso_end = end;
        } else if (!name && start <= address && address < end) {
            const char *base = strrchr(line + at, '/');
            snprintf(where, size, "%s+%#lx", base ? base + 1 : line + at, address - start + offset);
        }
    }
    if (maps)
        fclose(maps);
}

static void report(const char *what, int64_t got, int64_t low, int64_t high)
{
    char where[256] = "?";

    if (shown++ >= WRONG_SHOWN)
        return;
    find_mapping(call.migrated_at, NULL, where, sizeof where);
    printf("%s is %lld, not %lld to %lld, migrated at instruction %ld, %s\n", what, (long long)got, (long long)low,
           (long long)high, call.instruction, where);
}

static void end_migration(void)
{
    end_writing(jump, target);
    if (!writer.slow)
        host_shift += jump;
    call.migrated = true;
}

static void migrate(long step, const regs_t *regs)
{
    if (step == call.instruction) {
        call.migrated_at = regs->rip;
        begin_writing(jump);
        call.started_at = step;
    }
    if (call.started_at >= 0 && !call.migrated && step >= call.started_at + (writer.slow ? SLOW_STEPS : 0))
        end_migration();
}

static void follow_vdso(const regs_t *regs)
{
    bool inside = vdso_start <= regs->rip && regs->rip < vdso_end;

    if (inside && !call.inside_vdso) {
        call.shift_at_entry = host_shift;
        call.result = regs->rsi;
    } else if (!inside && call.inside_vdso && regs->rax == 0) {
        poke_time(call.result, peek_time(call.result) + (as_entered ? call.shift_at_entry : host_shift));
    }
    call.inside_vdso = inside;
}

static void check_deadline(unsigned long deadline)
{
    bool mid_write = call.started_at >= 0 && !call.migrated;
    int64_t expected = peek_time(call.subject) + offset_now();

    call.deadline_seen = true;
    if (!mid_write && peek_time(deadline) != expected)
        wrong++, report("deadline", peek_time(deadline), expected, expected);
}

/* If a wait is to end at its deadline, advances the host's clock to that deadline. */
static void let_come(unsigned long deadline)
{
    int64_t missing = peek_time(deadline) - (vt_now(clock_id) + host_shift);

    if (missing > 0)
        host_shift += missing;
}

/* Steps over a system call. The target never sleeps: a wait ends at once, as if its deadline had come. */
static void step_system_call(regs_t *regs)
{
    bool is_sleep = regs->rax == SYS_clock_nanosleep && regs->rsi == TIMER_ABSTIME;
    bool is_wait = regs->rax == SYS_futex && (regs->rsi & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && regs->r10;
    bool is_read = regs->rax == SYS_clock_gettime && !call.inside_vdso;
    unsigned long result = regs->rsi;

    if (!is_sleep && !is_wait) {
        resume(PTRACE_SINGLESTEP);
        if (is_read)
            poke_time(result, peek_time(result) + host_shift);
        return;
    }
    check_deadline(is_sleep ? regs->rdx : regs->r10);
    let_come(is_sleep ? regs->rdx : regs->r10);
    regs->rax = SYS_getpid;
    ptrace(PTRACE_SETREGS, target, 0, regs);
    resume(PTRACE_SINGLESTEP);
    *regs = registers();
    regs->rax = is_sleep ? 0 : -ETIMEDOUT;
    ptrace(PTRACE_SETREGS, target, 0, regs);
}

/* Steps from the first mark to the second; returns the number of instructions. */
static long step_call(void)
{
    for (long step = 0; step < STEPS_AT_MOST; step++) {
        regs_t regs = registers();
        unsigned long code = peek(regs.rip);

        follow_vdso(&regs);
        if ((code & 0xff) == 0xcc)
            return step;
        migrate(step, &regs);
        if ((code & 0xffff) == 0x050f)
            step_system_call(&regs);
        else
            resume(PTRACE_SINGLESTEP);
    }
    fprintf(stderr, "stepper: no end in sight\n");
    exit(2);
}

static int64_t real_time(void)
{
    return vt_now(clock_id);
}

/* A timeval has the same layout as a timespec. */
static int64_t peek_reading(void)
{
    return peek(call.subject) * SECOND + peek(call.subject + 8) * fraction_ns;
}

static void check_reading(int64_t low, int64_t high)
{
    low -= fraction_ns - 1;
    int64_t reading = peek_reading();
    /* A slow writer moves the clock itself: the times before and after are right, a time in between is not. */
    int64_t other = writer.slow && call.migrated ? jump : 0;

    if ((reading < low || reading > high) && (reading < low - other || reading > high - other))
        wrong++, report("reading", reading, low, high);
}

static void check_idle(void)
{
    int64_t slot = read_time(&writer.conf->slot[target]);

    if (slot || *vt_clock(writer.conf, target))
        not_idle++, report("idle slot", slot, 0, 0);
    if (!call.deadline_seen)
        wrong++, report("number of waits", 0, 1, 1);
}

/* Makes one call with a migration at the given instruction. Returns whether the call had that many instructions. */
static bool run_call(long instruction, bool is_read, long *length)
{
    memset(&call, 0, sizeof call);
    call.instruction = instruction;
    call.started_at = -1;
    resume(PTRACE_CONT);
    call.subject = registers().rdi;
    int64_t virtual_zero = offset_now() - host_shift;
    int64_t low = real_time() - virtual_zero;
    *length = step_call();
    if (call.started_at >= 0 && !call.migrated)
        end_migration();
    if (is_read && writer.still)
        check_reading(date_now(), date_now());
    else if (is_read)
        check_reading(low, real_time() - virtual_zero);
    else
        check_idle();
    resume(PTRACE_CONT);
    return call.migrated;
}

static void start_target(char **argv)
{
    cpu_set_t here;

    /* Each step switches twice between the two processes, which is several times faster on one CPU. */
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof here, &here);
    target = fork();
    if (target == 0) {
        setenv("LD_PRELOAD", argv[3], 1);
        setenv("VIRT_TIME_CONF", argv[4], 1);
        if (ptrace(PTRACE_TRACEME, 0, 0, 0))
            die("PTRACE_TRACEME");
        execl(argv[1], argv[1], argv[2], (char *)NULL);
        die(argv[1]);
    }
    int status;
    if (target < 0 || waitpid(target, &status, 0) < 0 || !WIFSTOPPED(status))
        exit(4);
    ptrace(PTRACE_SETOPTIONS, target, 0, PTRACE_O_EXITKILL);
}

int main(int argc, char **argv)
{
    if (argc != 8)
        return 2;
    bool is_read = !strncmp(argv[2], "gettime", 7);
    bool is_realtime = strstr(argv[2], "realtime") || strstr(argv[2], "timeofday");
    if (!strcmp(argv[2], "gettime_coarse"))
        clock_id = CLOCK_MONOTONIC_COARSE;
    if (!strcmp(argv[2], "gettime_boottime"))
        clock_id = CLOCK_BOOTTIME;
    if (is_realtime)
        clock_id = CLOCK_REALTIME;
    if (!strcmp(argv[2], "gettimeofday"))
        fraction_ns = 1000;
    as_entered = !strcmp(argv[6], "entered");
    jump = atoll(argv[7]);

    choose_writer(argv[5], argv[4], is_realtime);
    host_shift = first_shift;
    write_time(writer.offset, offset_now() + first_shift);

    start_target(argv);
    find_mapping(0, "[vdso]", NULL, 0);
    long length;
    for (long instruction = -1; run_call(instruction, is_read, &length) || instruction < 0; instruction++)
        jump = -jump;
    kill(target, SIGKILL);
    printf("instructions=%ld\nwrong=%d\nnot_idle=%d\n", length, wrong, not_idle);
    return 0;
}
