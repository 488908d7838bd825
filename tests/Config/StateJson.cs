using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>The output of <c>--json</c>. Each use checks it against the documentation. Times are in seconds.</summary>
internal sealed partial class StateJson
{
    private readonly JsonElement _json;

    private StateJson(string json)
    {
        _json = JsonDocument.Parse(json).RootElement;
        Assert.Equal(["config", "made_on_this_boot", "clocks", "saved", "in_flight"], Keys(_json));
        Assert.Equal(["monotonic", "boottime", "realtime"], Keys(_json.GetProperty("clocks")));
        Assert.All(_json.GetProperty("clocks").EnumerateObject(), clock => Assert.Equal(KeysOf(clock.Name), Keys(clock.Value)));
    }

    /// <summary>Runs the launcher with <c>--json</c> and options that name a file or a process, and that may change it.</summary>
    public static async Task<StateJson> OfAsync(params string[] options) => Of(await Command.Launcher([.. options, "--json"]).RunAsync());

    public static StateJson Of(Result result) => new(result.Succeeded().Output);

    public string Config => _json.GetProperty("config").GetString()!;

    public bool? MadeOnThisBoot => _json.GetProperty("made_on_this_boot").ValueKind switch
    {
        JsonValueKind.Null => null,
        _ => _json.GetProperty("made_on_this_boot").GetBoolean(),
    };

    /// <summary>The saved values by clock; null if nothing was saved.</summary>
    public IReadOnlyDictionary<string, decimal>? Saved => _json.GetProperty("saved").ValueKind == JsonValueKind.Null
        ? null
        : _json.GetProperty("saved").EnumerateObject().ToDictionary(clock => clock.Name, clock => Seconds(clock.Value));

    public IReadOnlyList<Call> InFlight => [.. _json.GetProperty("in_flight").EnumerateArray().Select(ToCall)];

    public decimal Host(string clock = "monotonic") => Clock(clock, "host");

    public decimal Virtual(string clock = "monotonic") => Clock(clock, "virtual");

    /// <summary>Returns host − virtual, as the config file stores it. The launcher shows the opposite sign, like its options.</summary>
    public decimal Offset(string clock = "monotonic") => -Clock(clock, "offset");

    /// <summary>The date of the realtime clock, in UTC; null outside the years 1 to 9999.</summary>
    public string? Date => _json.GetProperty("clocks").GetProperty("realtime").GetProperty("date").GetString();

    /// <summary>The exact rate of the realtime clock; null if it runs as fast as the host's.</summary>
    public string? Rate => _json.GetProperty("clocks").GetProperty("realtime").GetProperty("rate").GetString();

    /// <summary>The host's time from which the rate counts; null without a rate.</summary>
    public decimal? Reference => Rate is null ? null : Clock("realtime", "reference");

    private static string[] KeysOf(string clock) => clock == "realtime" ? ["host", "virtual", "offset", "date", "rate", "reference"] : ["host", "virtual", "offset"];

    private decimal Clock(string clock, string value) => Seconds(_json.GetProperty("clocks").GetProperty(clock).GetProperty(value));

    private static Call ToCall(JsonElement call)
    {
        Assert.Equal(["thread", "name", "clock", "virtual_deadline", "time_left"], Keys(call));
        return new Call(
            call.GetProperty("thread").GetInt32(),
            call.GetProperty("name").GetString(),
            call.GetProperty("clock").GetString()!,
            Seconds(call.GetProperty("virtual_deadline")),
            Seconds(call.GetProperty("time_left")));
    }

    private static IEnumerable<string> Keys(JsonElement element) => element.EnumerateObject().Select(property => property.Name);

    private static decimal Seconds(JsonElement element)
    {
        string text = element.GetString()!;
        Assert.Matches(NineDigits(), text);
        return decimal.Parse(text, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)\.[0-9]{9}\z")]
    private static partial Regex NineDigits();

    public sealed record Call(int Thread, string? Name, string Clock, decimal VirtualDeadline, decimal TimeLeft);
}
