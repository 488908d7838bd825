// Prints the clock, and how long waits take by that clock and by the wall clock. With `started PID`: prints when that process was started.
using System.Diagnostics;
using System.Globalization;

if (args is ["started", string process])
{
    DateTime start = Process.GetProcessById(int.Parse(process, CultureInfo.InvariantCulture)).StartTime;
    Console.WriteLine(new DateTimeOffset(start).ToUnixTimeSeconds());
    return;
}

Console.WriteLine($"clock={(decimal)Stopwatch.GetTimestamp() / Stopwatch.Frequency}");
Console.WriteLine($"date={(decimal)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond}");
object monitor = new();
await Timed("Thread.Sleep", () =>
{
    Thread.Sleep(300);
    return Task.CompletedTask;
});
await Timed("Monitor.Wait", () =>
{
    lock (monitor)
        Monitor.Wait(monitor, 300);
    return Task.CompletedTask;
});
await Timed("Task.Delay", () => Task.Delay(300));

static async Task Timed(string name, Func<Task> wait)
{
    Stopwatch time = Stopwatch.StartNew();
    DateTime wall = DateTime.UtcNow;
    await wait();
    Console.WriteLine($"wait {name} {time.Elapsed.TotalMilliseconds} {(DateTime.UtcNow - wall).TotalMilliseconds}");
}
