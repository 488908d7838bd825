using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>The probes, compiled for other C libraries, compared with a time namespace in the same root directory.</summary>
public class LibcTests
{
    private static readonly string[] s_libcs = ["bullseye", "bookworm", "trixie", "sid", Libc.Musl];

    private static readonly string[] s_probes =
    [
        "probe_execs", "probe_futexes", "probe_interrupted_waits", "probe_lookups", "probe_proc", "probe_reads", "probe_sleeps", "probe_timerfds",
        "probe_timers", "probe_waits",
    ];

    // Before glibc 2.34, libpthread has its own functions with these names, so two look-ups find two different ones; the library exports one. dlsym
    // also finds stime, which new programs cannot link with.
    private static readonly string[] s_twice = ["close", "lseek", "lseek64", "open", "open64", "pread", "pread64", "pthread_cond_timedwait", "stime"];

    // Before glibc 2.34, a PI mutex takes a monotonic deadline for a date, which is long over, so this call times out at once. The library makes a call
    // again that has timed out before its deadline.
    private static readonly string[] s_early = [.. new[] { "reached", "released", "stopped" }.Select(part => "pthread_mutex_clocklock PI/MONOTONIC/" + part)];

    private static readonly Dictionary<string, string[]> s_known = new()
    {
        ["bullseye"] = [.. s_early, .. s_twice.Select(function => $"dlsym({function})/MONOTONIC/by name")],
    };

    public static TheoryData<string, string> Cells()
    {
        TheoryData<string, string> data = [];
        foreach (string libc in s_libcs)
        {
            foreach (string probe in s_probes)
                data.Add(libc, probe);
        }

        return data;
    }

    // Fetching a root directory takes most of this time.
    [Theory(Timeout = 4 * Limits.Test)]
    [MemberData(nameof(Cells))]
    public async Task Under_VirtTime_all_is_as_in_a_time_namespace(string name, string probe)
    {
        Needs.FullRun();
        await Needs.TimeNamespaceAsync();
        Libc libc = await Libc.NeedAsync(name);
        Shift shift = Shift.Named("+400d, boottime +1h");
        string[] expected = await Probe.ObserveAsync(probe, Way.Namespace, shift, libc);
        string[] observed = await Probe.ObserveAsync(probe, Way.VirtTime, shift, libc);

        string[] missing = [.. expected.Except(observed)];
        string[] extra = [.. observed.Except(expected)];
        string[] cases = [.. expected.Concat(observed).Select(ConformanceTable.CaseOf).Distinct()];
        string[] differing = [.. missing.Concat(extra).Select(ConformanceTable.CaseOf).Distinct()];
        LibcTable.Add(await libc.VersionAsync(), probe, cases.Length - differing.Length, cases.Length);
        if (differing.Except(s_known.GetValueOrDefault(name, [])).Any())
            Assert.Fail($"{probe} ({name}) observed\n{string.Join('\n', extra)}\nin place of\n{string.Join('\n', missing)}");
    }
}
