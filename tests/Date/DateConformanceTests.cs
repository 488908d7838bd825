using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>
/// A probe of everything that reads a clock or waits cannot tell a virtual date from the host's. No time namespace has one, so it is held
/// against the host only.
/// </summary>
public class DateConformanceTests
{
    // Their nanoseconds since 1970 fit into 64 bits.
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
