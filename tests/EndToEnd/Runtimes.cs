using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>Starts the time probe of each language, and lists the waits that it reports.</summary>
internal static class Runtimes
{
    private static readonly Lazy<Task<string>> s_javaClasses = new(CompileJavaAsync);

    public static readonly string[] All = ["java", "python", "node", "dotnet", "ruby", "perl", "c++"];

    public static async Task<(Command Command, string[] Waits)> ProbeAsync(string runtime) => runtime switch
    {
        "java" => (
            Command.Of(Needs.Tool("java"), "-cp", await s_javaClasses.Value, "TimeProbe"),
            ["Thread.sleep", "Object.wait", "LinkedBlockingQueue.poll"]),
        "python" => (Script("python3", "time_probe.py"), ["time.sleep", "threading.Event.wait", "queue.get"]),
        "node" => (Script("node", "time_probe.js"), ["setTimeout", "hrtime", "Atomics.wait"]),
        "dotnet" => (
            Command.Of("dotnet", Path.Combine(Paths.Built, "dotnet", "TimeProbe.dll")),
            ["Thread.Sleep", "Monitor.Wait", "Task.Delay"]),
        "ruby" => (Script("ruby", "time_probe.rb"), ["sleep", "ConditionVariable.wait", "Thread.join"]),
        "perl" => (Script("perl", "time_probe.pl"), ["sleep", "clock_nanosleep"]),
        "c++" => (
            Command.Of(await NativeProgram.BuildAsync("runtimes/time_probe.cpp")),
            ["condition_variable::wait_for", "condition_variable::wait_until", "this_thread::sleep_until"]),
        _ => throw new ArgumentOutOfRangeException(nameof(runtime), runtime, "no such runtime"),
    };

    private static Command Script(string interpreter, string name) =>
        Command.Of(Needs.Tool(interpreter), Path.Combine(Paths.Programs, "runtimes", name));

    private static async Task<string> CompileJavaAsync()
    {
        string classes = Path.Combine(Paths.Built, "java");
        string source = Path.Combine(Paths.Programs, "runtimes", "TimeProbe.java");
        (await Command.Compiler(Needs.Tool("javac"), "-d", classes, source).RunAsync()).Succeeded($"compiling {source}");
        return classes;
    }
}
