using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>The slot of each function that can block until an absolute deadline, on each clock, as another process sees it.</summary>
public class BlockingFunctionTests
{
    private const int Monotonic = 1;
    private static readonly (decimal, int) s_idle = (0, 0);

    // Must equal the list that block_in prints; a test compares them.
    private static readonly Dictionary<string, string> s_functions = new()
    {
        ["clock_nanosleep"] = "MONOTONIC BOOTTIME REALTIME TAI",
        ["syscall(clock_nanosleep)"] = "MONOTONIC BOOTTIME REALTIME TAI",
        ["pthread_cond_timedwait"] = "MONOTONIC REALTIME",
        ["pthread_cond_timedwait shared"] = "MONOTONIC",
        ["pthread_cond_timedwait static"] = "REALTIME",
        ["pthread_cond_clockwait"] = "MONOTONIC REALTIME",
        ["pthread_cond_clockwait shared"] = "MONOTONIC",
        ["pthread_cond_clockwait static"] = "MONOTONIC",
        ["pthread_mutex_clocklock"] = "MONOTONIC REALTIME",
        ["pthread_mutex_clocklock recursive"] = "MONOTONIC",
        ["pthread_mutex_clocklock robust"] = "MONOTONIC",
        ["pthread_mutex_clocklock abandoned"] = "MONOTONIC",
        ["pthread_mutex_clocklock PI"] = "MONOTONIC REALTIME",
        ["pthread_mutex_clocklock shared"] = "MONOTONIC",
        ["pthread_rwlock_clockrdlock"] = "MONOTONIC REALTIME",
        ["pthread_rwlock_clockwrlock"] = "MONOTONIC REALTIME",
        ["sem_clockwait"] = "MONOTONIC REALTIME",
        ["sem_clockwait shared"] = "MONOTONIC",
        ["pthread_clockjoin_np"] = "MONOTONIC REALTIME",
        ["futex(WAIT_BITSET)"] = "MONOTONIC REALTIME",
        ["futex(WAIT_BITSET shared)"] = "MONOTONIC",
        ["futex(WAIT_REQUEUE_PI)"] = "MONOTONIC REALTIME",
        ["futex(LOCK_PI)"] = "REALTIME",
        ["futex(LOCK_PI2)"] = "MONOTONIC REALTIME",
        ["futex_waitv"] = "MONOTONIC REALTIME",
        ["futex_wait"] = "MONOTONIC REALTIME",
        ["pthread_mutex_timedlock"] = "REALTIME",
        ["pthread_mutex_timedlock robust"] = "REALTIME",
        ["pthread_mutex_timedlock PI"] = "REALTIME",
        ["pthread_rwlock_timedrdlock"] = "REALTIME",
        ["pthread_rwlock_timedwrlock"] = "REALTIME",
        ["sem_timedwait"] = "REALTIME",
        ["pthread_timedjoin_np"] = "REALTIME",
        ["mtx_timedlock"] = "REALTIME",
        ["cnd_timedwait"] = "REALTIME",
        ["mq_timedsend"] = "REALTIME",
        ["mq_timedreceive"] = "REALTIME",
        ["syscall(mq_timedsend)"] = "REALTIME",
        ["syscall(mq_timedreceive)"] = "REALTIME",
    };

    // block_in also lists these, but neither the kernel nor glibc has a function that waits on these clocks.
    private static readonly string[] s_refused = ["BOOTTIME_ALARM", "BOOTTIME"];

    public static TheoryData<string, string> All() =>
        [.. s_functions.SelectMany(entry => entry.Value.Split(' ').Select(clock => (entry.Key, clock)))];

    public static TheoryData<string, string> OnVirtualClocks() =>
        [.. All().Select(row => row.Data).Where(row => BlockedProgram.OffsetOf(row.Item2) != null)];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(All))]
    public async Task Slot_shows_the_host_deadline_and_the_clock_for_as_long_as_the_call_is_in_flight(string function, string clock)
    {
        using BlockedProgram program = await BlockedProgram.StartAsync(function, clock);
        Assert.Equal(Expected(program, clock), program.Slot);

        await program.TellAsync("release");
        await program.ReadAsync("error");
        Assert.Equal(s_idle, program.Slot);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(OnVirtualClocks))]
    public async Task Slot_stays_while_a_signal_handlers_wait_has_another(string function, string clock)
    {
        using BlockedProgram program = await BlockedProgram.StartAsync(function, clock);
        await program.TellAsync("interrupt");
        decimal inner = await program.ReadTimeAsync("inner");
        await program.ReadAsync("inner_asleep");
        Assert.Equal((inner + BlockedProgram.OffsetOf("MONOTONIC")!.Value, (int)SlotMark.Of(Monotonic, choice: 1)), program.SlotAt(choice: 1));
        Assert.Equal(Expected(program, clock), program.Slot);

        await program.TellAsync("end inner");
        await program.ReadAsync("inner_over");
        Assert.Equal(s_idle, program.SlotAt(choice: 1));
        Assert.Equal(Expected(program, clock), program.Slot);

        await program.TellAsync("end handler");
        await program.TellAsync("release");
        await program.ReadAsync("error");
        Assert.Equal(s_idle, program.Slot);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(OnVirtualClocks))]
    public Task Child_of_fork_uses_a_slot_of_its_own(string function, string clock) => AssertChildsOwnAsync(function, clock, "fork");

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(OnVirtualClocks))]
    public Task Child_of_a_raw_clone_uses_a_slot_of_its_own(string function, string clock) => AssertChildsOwnAsync(function, clock, "clone");

    [Fact(Timeout = Limits.Test)]
    public async Task All_that_the_program_knows_are_tested()
    {
        Result listed = (await Command.Of(await NativeProgram.BuildAsync("conformance/block_in.c")).RunAsync()).Succeeded();
        string[] known = [.. listed.Lines.Select(line => line[..line.LastIndexOf('/')])];
        string[] tested = [.. All().Select(row => $"{row.Data.Item1}/{row.Data.Item2}")];

        Assert.Empty(tested.Except(known));
        Assert.All(known.Except(tested), name => Assert.Contains(name[(name.LastIndexOf('/') + 1)..], s_refused));
    }

    private static async Task AssertChildsOwnAsync(string function, string clock, string child)
    {
        using BlockedProgram program = await BlockedProgram.StartAsync(function, clock, child);
        Assert.NotEqual(program.Parent, program.Thread);
        Assert.Equal(Expected(program, clock), program.Slot);
        Assert.Equal(s_idle, program.SlotOf(program.Parent));
    }

    private static (decimal, int) Expected(BlockedProgram program, string clock) =>
        BlockedProgram.OffsetOf(clock) is not { } offset ? s_idle : (program.Deadline + offset, ClockId(clock) + 1);

    private static int ClockId(string clock) => clock == "BOOTTIME" ? 7 : Monotonic;
}
