using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>A probe sees no difference between VirtTime, the host, and a time namespace with the same offsets.</summary>
public abstract class ConformanceTests(string probe)
{
    // The short tests compare the library at every shift with the host, and a time namespace at two.
    private static readonly string[] s_ofShortRun = ["+400d, boottime +1h", "behind"];

    public static TheoryData<string> Shifts() => [.. Shift.All.Select(shift => shift.Name)];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Shifts))]
    public Task Under_VirtTime_all_is_as_on_the_host(string shift) => Probe.AssertAgreesAsync(probe, Way.VirtTime, Shift.Named(shift));

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Shifts))]
    public async Task In_a_time_namespace_all_is_as_under_VirtTime(string shift)
    {
        Needs.FullRunIf(!s_ofShortRun.Contains(shift));
        await Needs.TimeNamespaceAsync();
        await Probe.AssertAgreesAsync(probe, Way.Namespace, Shift.Named(shift));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Shifts))]
    public async Task In_the_launchers_own_time_namespace_all_is_as_under_VirtTime(string shift)
    {
        Needs.FullRunIf(!s_ofShortRun.Contains(shift));
        await Needs.TimeNamespaceByExecAsync();
        await Probe.AssertAgreesAsync(probe, Way.LauncherNamespace, Shift.Named(shift));
    }

    [Fact(Timeout = Limits.Test)]
    public Task The_launcher_changes_nothing_about_it() => Probe.AssertAgreesAsync(probe, Way.Launcher, Shift.All[^1]);
}

public class ReadTests() : ConformanceTests("probe_reads");

public class SleepTests() : ConformanceTests("probe_sleeps");

public class WaitTests() : ConformanceTests("probe_waits");

public class InterruptedWaitTests() : ConformanceTests("probe_interrupted_waits");

public class TimerTests() : ConformanceTests("probe_timers");

public class TimerDescriptorTests() : ConformanceTests("probe_timerfds");

public class FutexTests() : ConformanceTests("probe_futexes");

public class ExecutionTests() : ConformanceTests("probe_execs");
public class ProcTests() : ConformanceTests("probe_proc");

public class LookupTests() : ConformanceTests("probe_lookups");
