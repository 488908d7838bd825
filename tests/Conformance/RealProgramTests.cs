using System.Collections.Concurrent;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>Real programs give the same result on shifted clocks as on the host's clocks.</summary>
public class RealProgramTests
{
    private const int FullLimit = 3_600_000;

    private static readonly ConcurrentDictionary<string, Lazy<Task<string[]>>> s_native = new();

    public static TheoryData<string, string> Programs() => WithShifts("go", "rust", "erlang", "redis", "nginx", "python");

    public static TheoryData<string, string> LongPrograms() => WithShifts("python, all", "stress-ng");

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Programs))]
    public Task Outcome_is_the_same(string program, string shift) => AssertSameOutcomeAsync(program, Shift.Named(shift));

    [Theory(Timeout = FullLimit)]
    [MemberData(nameof(LongPrograms))]
    public Task Outcome_is_the_same_of_what_takes_long(string program, string shift)
    {
        Needs.FullRun();
        return AssertSameOutcomeAsync(program, Shift.Named(shift));
    }

    private static TheoryData<string, string> WithShifts(params string[] programs) =>
        [.. programs.SelectMany(program => Shift.OfRealPrograms.Select(shift => (program, shift)))];

    private static async Task AssertSameOutcomeAsync(string name, Shift shift)
    {
        Command program = await RealPrograms.CommandAsync(name);
        string[] native = await s_native.GetOrAdd(name, _ => new(() => OutcomeAsync(program, Command.Of))).Value;
        using ConfigFile config = shift.CreateConfig();
        Assert.Equal(native, await OutcomeAsync(program, (file, arguments) => Command.Of(file, arguments).Under(config)));
    }

    private static async Task<string[]> OutcomeAsync(Command program, Func<string, IEnumerable<string>, Command> command)
    {
        using TemporaryDirectory directory = new();
        string[] arguments = [.. program.Arguments.Select(argument => argument == RealPrograms.Directory ? directory.Path : argument)];
        Result result = await (command(program.File, arguments) with { Limit = program.Limit }).RunAsync();
        Assert.NotEmpty(result.Succeeded().Lines);
        return [.. result.Lines];
    }
}
