using System.Globalization;
using System.Text.Json;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The output of <c>virttime-run --json</c> for a config file. Times are in seconds.</summary>
internal sealed class LauncherState
{
    private readonly JsonElement _json;

    private LauncherState(string json) => _json = JsonDocument.Parse(json).RootElement;

    public static async Task<LauncherState> OfAsync(string config) =>
        new((await Command.Launcher("--config", config, "--json").RunAsync()).Succeeded().Output);

    public bool HasSaved => _json.GetProperty("saved").ValueKind != JsonValueKind.Null;

    public decimal Saved(string clock) => Seconds(_json.GetProperty("saved").GetProperty(clock));

    public decimal Virtual(string clock) => Clock(clock, "virtual");

    /// <summary>Returns host − virtual, as the config file stores it. The launcher shows the opposite sign, like its options.</summary>
    public decimal Offset(string clock) => -Clock(clock, "offset");

    /// <summary>The virtual deadlines by thread id.</summary>
    public IReadOnlyDictionary<int, decimal> InFlight => _json.GetProperty("in_flight").EnumerateArray()
        .ToDictionary(call => call.GetProperty("thread").GetInt32(), call => Seconds(call.GetProperty("virtual_deadline")));

    private decimal Clock(string clock, string value) => Seconds(_json.GetProperty("clocks").GetProperty(clock).GetProperty(value));

    private static decimal Seconds(JsonElement element) => decimal.Parse(element.GetString()!, CultureInfo.InvariantCulture);
}
