using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>A probe of all functions that read a clock or wait sees no difference between a virtual date and the host's.</summary>
/// <remarks>A time namespace cannot change the date, so the probes are compared with the host only.</remarks>
public class DateConformanceTests
{
    // For these dates, the nanoseconds since 1970 fit into 64 bits.
    public static TheoryData<string, long> ProbesAndDates() =>
    [
        .. new[]
        {
            "probe_reads", "probe_sleeps", "probe_waits", "probe_interrupted_waits", "probe_timers", "probe_timerfds", "probe_futexes", "probe_lookups",
        }.SelectMany(probe => new[] { Dates.Ahead, Dates.Behind }.Select(date => (probe, date))),
    ];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(ProbesAndDates))]
    public Task At_a_date_all_is_as_on_the_host(string probe, long date) => Probe.AssertAgreesAsync(probe, Way.VirtTime, Shift.ToDate(date));
}
