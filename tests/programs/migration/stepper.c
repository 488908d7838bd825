/*
 * stepper TARGET CALL PRELOAD CONF WRITER READS JUMP
 *
 * Makes one call of a program again and again. Each time it migrates the program one instruction later: the offset in the file changes, and from then
 * on the host's clock reads JUMP nanoseconds more (or less, every other time). The reading or the deadline must be right for a migration at each
 * instruction.
 *
 * It steps through the first calls and records them. The later calls run to a breakpoint at the recorded instruction, and from there to the end. If a
 * call takes another path to that instruction, it is repeated, and at last stepped through.
 *
 * WRITER  how the file is changed: stepper_writers.h. While a slow writer changes it, the host's clock does not change.
 * READS   entered   a read of the host's clock that began before the migration returns the old host's time
 *         left      it returns the new host's time
 *
 * Prints the number of instructions of a call; how many readings or deadlines were wrong; after how many calls the slot was not zero; how many calls
 * were stepped through because of another path; and how many of these ended before the instruction.
 *
 * The host's clock is simulated: the shift so far is added to each result of the vDSO or the kernel.
 */
#include "stepper_writers.h"
#include "../tracee.h"
#include <linux/futex.h>
#include <stddef.h>

#define SECOND INT64_C(1000000000)
#define STEPS_AT_MOST 100000
#define ENTRIES_AT_MOST 8
#define RECORDINGS_AT_MOST 40
#define RECORDINGS_ALIKE 6
#define LONGEST_CARRY 12
#define ATTEMPTS 8
#define SLOW_STEPS 40
#define WRONG_SHOWN 8

static unsigned long vdso_start, vdso_end, vdso_entries[ENTRIES_AT_MOST];
static int vdso_entry_count;
static clockid_t clock_id = CLOCK_MONOTONIC;
static int64_t fraction_ns = 1;
static bool as_entered;

/* The host's clock is high before the first migration, so that no jump leads below zero. */
static const int64_t first_shift = 10000000 * SECOND;
static int64_t host_shift, jump;
static int wrong, not_idle, shown;

/* An instruction of a recorded call, and how many system calls and entries into the vDSO preceded it. */
struct place {
    unsigned long address, stack;
    int events;
};

/* The path depends on the offset, which has one of two values before a call. */
static struct trace {
    long length;
    struct place places[STEPS_AT_MOST];
} traces[2], latest;

static struct {
    const struct place *place;    /* where to migrate; NULL: nowhere */
    long instruction;             /* its number */
    long earlier;                 /* how many more times the call comes to its address before */
    bool is_stepped;
    int events;
    long started_at;              /* the step at which the writer began; negative: not yet */
    unsigned long migrated_at;
    bool migrated;
    bool inside_vdso;
    unsigned long vdso_return;
    int64_t shift_at_entry;
    unsigned long result, subject;
    bool deadline_seen;
} call;

static int64_t peek_time(unsigned long address)
{
    return vt_ns((struct timespec){(time_t)peek(address), (long)peek(address + 8)});
}

static void poke_time(unsigned long address, int64_t ns)
{
    struct timespec t = vt_timespec(ns);

    poke(address, t.tv_sec);
    poke(address + 8, t.tv_nsec);
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

/* Tells whether the call has come to the instruction at which to migrate. */
static bool is_reached(long step, const regs_t *regs)
{
    if (!call.place || call.started_at >= 0)
        return false;
    if (call.is_stepped)
        return step == call.instruction;
    return regs->rip == call.place->address && call.earlier-- == 0 && regs->rsp == call.place->stack && call.events == call.place->events;
}

static void migrate(long step, const regs_t *regs)
{
    if (is_reached(step, regs)) {
        call.migrated_at = regs->rip;
        begin_writing(jump);
        call.started_at = step;
    }
    if (call.started_at >= 0 && !call.migrated && step >= call.started_at + (writer.slow ? SLOW_STEPS : 0))
        end_migration();
}

static void enter_vdso(const regs_t *regs)
{
    int known = 0;

    call.events++;
    call.shift_at_entry = host_shift;
    call.result = regs->rsi;
    call.vdso_return = peek(regs->rsp);
    while (known < vdso_entry_count && vdso_entries[known] != regs->rip)
        known++;
    if (known == ENTRIES_AT_MOST)
        die("too many entries into the vDSO");
    vdso_entries[known] = regs->rip;
    vdso_entry_count += known == vdso_entry_count;
}

static void follow_vdso(const regs_t *regs)
{
    bool inside = vdso_start <= regs->rip && regs->rip < vdso_end;

    if (inside && !call.inside_vdso)
        enter_vdso(regs);
    else if (!inside && call.inside_vdso && regs->rax == 0)
        poke_time(call.result, peek_time(call.result) + (as_entered ? call.shift_at_entry : host_shift));
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

/* From the beginning of a system call to its end. The target never sleeps: a wait ends at once, as if its deadline had come. */
static void finish_system_call(void)
{
    regs_t regs = registers();
    bool is_sleep = regs.orig_rax == SYS_clock_nanosleep && regs.rsi == TIMER_ABSTIME;
    bool is_wait = regs.orig_rax == SYS_futex && (regs.rsi & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && regs.r10;
    bool is_read = regs.orig_rax == SYS_clock_gettime && !call.inside_vdso;
    unsigned long result = regs.rsi;

    call.events++;
    if (!is_sleep && !is_wait) {
        resume(PTRACE_SYSCALL);
        if (is_read)
            poke_time(result, peek_time(result) + host_shift);
        return;
    }
    check_deadline(is_sleep ? regs.rdx : regs.r10);
    let_come(is_sleep ? regs.rdx : regs.r10);
    regs.orig_rax = SYS_getpid;
    set_registers(&regs);
    resume(PTRACE_SYSCALL);
    regs = registers();
    regs.rax = is_sleep ? 0 : -ETIMEDOUT;
    set_registers(&regs);
}

/* Runs to the next instruction that matters: that of the migration, or one at which the host's clock is read. */
static int run_on(const regs_t *regs)
{
    unsigned long stops[ENTRIES_AT_MOST + 2];
    int count = 0;

    for (; count < vdso_entry_count; count++)
        stops[count] = vdso_entries[count];
    if (call.inside_vdso)
        stops[count++] = call.vdso_return;
    if (call.place && call.earlier >= 0)
        stops[count++] = call.place->address;
    for (int i = 0; i < count; i++)
        if (stops[i] == regs->rip)
            return step_instruction(regs->rip);
    return run_to(stops, count);
}

/* Goes from the first mark to the second, and records the instructions. */
static void make_call(struct trace *record)
{
    for (long step = 0; step < STEPS_AT_MOST; step++) {
        regs_t regs = registers();
        follow_vdso(&regs);
        if (is_at_breakpoint(regs.rip)) {
            record->length = step;
            return;
        }
        record->places[step] = (struct place){regs.rip, regs.rsp, call.events};
        migrate(step, &regs);
        bool is_mid_write = call.started_at >= 0 && !call.migrated;
        int stop = call.is_stepped || is_mid_write ? step_instruction(regs.rip) : run_on(&regs);
        if (stop == SYSTEM_CALL_STOP)
            finish_system_call();
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

/* Makes one call with a migration at the place that `call` names. Records its steps. Returns whether the call came to that place. */
static bool run_call(bool is_read, struct trace *record)
{
    call.started_at = -1;
    resume(PTRACE_CONT);
    call.subject = registers().rdi;
    int64_t virtual_zero = offset_now() - host_shift;
    int64_t low = real_time() - virtual_zero;
    make_call(record);
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

/*
 * Records a call: the same path must come several times. A path with a carry of the nanoseconds is some instructions longer than one without, and takes
 * precedence. A path that reads the host's clock twice, because the kernel updated it, is longer by more than that.
 */
static void record_call(bool is_read, struct trace *trace)
{
    for (int i = 0, alike = 0; i < RECORDINGS_AT_MOST && alike < RECORDINGS_ALIKE; i++) {
        memset(&call, 0, sizeof call);
        call.instruction = -1;
        call.is_stepped = true;
        run_call(is_read, &latest);
        long longer = latest.length - trace->length;
        bool is_first = !trace->length || longer < -LONGEST_CARRY;
        alike = is_first ? 1 : alike + (longer <= LONGEST_CARRY);
        if (is_first || (longer > 0 && longer <= LONGEST_CARRY))
            *trace = latest;
    }
}

static bool migrate_at(long instruction, const struct trace *trace, bool is_stepped, bool is_read)
{
    memset(&call, 0, sizeof call);
    call.is_stepped = is_stepped;
    call.instruction = instruction;
    call.place = &trace->places[instruction];
    for (const struct place *earlier = trace->places; earlier < call.place; earlier++)
        call.earlier += earlier->address == call.place->address;
    return run_call(is_read, &latest);
}

/* Migrates at each instruction. Each migration leads from one of the two offsets to the other. */
static void migrate_at_each(bool is_read)
{
    long instruction = 0, stepped = 0, missed = 0;
    int side = 0;

    jump = -jump;
    for (;; instruction++) {
        struct trace *trace = &traces[side];
        if (!trace->length)
            record_call(is_read, trace);
        if (instruction >= trace->length)
            break;
        bool done = false;
        for (int attempt = 0; !done && attempt < ATTEMPTS; attempt++)
            done = migrate_at(instruction, trace, false, is_read);
        if (!done) {
            stepped++;
            done = migrate_at(instruction, trace, true, is_read);
        }
        if (done) {
            side = !side;
            jump = -jump;
        } else {
            missed++;
        }
    }
    printf("instructions=%ld\nwrong=%d\nnot_idle=%d\nstepped=%ld\nmissed=%ld\n", instruction, wrong, not_idle, stepped, missed);
}

static void start_target(char **argv)
{
    stay_on_this_cpu();
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
    ptrace(PTRACE_SETOPTIONS, target, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
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
    migrate_at_each(is_read);
    kill(target, SIGKILL);
    return 0;
}
