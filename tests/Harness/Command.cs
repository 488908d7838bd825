using System.Collections.Immutable;
using System.Diagnostics;

namespace VirtTime.Tests.Harness;

/// <summary>A program, what it gets, and how long it may take.</summary>
/// <param name="File">A path, or a name to look up in <c>PATH</c>.</param>
internal sealed record Command(string File)
{
    /// <summary>Exit status of <see cref="RunningProgram"/> when the limit was reached: SIGKILL.</summary>
    public const int Killed = 137;

    public ImmutableList<string> Arguments { get; init; } = [];

    /// <summary>Variables to set, or to remove where the value is null.</summary>
    public ImmutableDictionary<string, string?> Environment { get; init; } = ImmutableDictionary<string, string?>.Empty;

    public string? WorkingDirectory { get; init; }

    /// <summary>After this the program and everything in its process group is killed.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    public static Command Of(string file, params IEnumerable<string> arguments) => new(file) { Arguments = [.. arguments] };

    /// <summary>A compiler, which may take long on a busy machine.</summary>
    public static Command Compiler(string file, params IEnumerable<string> arguments) => Of(file, arguments) with { Limit = Limits.Compiler };

    /// <summary>The launcher with its options, the target among them.</summary>
    public static Command Launcher(params IEnumerable<string> arguments) => Of(Paths.Launcher, arguments);

    public Command With(string variable, string? value) => this with { Environment = Environment.SetItem(variable, value) };

    /// <summary>Run by another program, which takes the command as its arguments.</summary>
    public Command Through(string program) => this with { File = program, Arguments = [File, .. Arguments] };

    /// <summary>Run with the interposer preloaded, without the launcher.</summary>
    public Command Under(ConfigFile config) => UnderConfigAt(config.Path);

    /// <summary>The same for a file that is perhaps no config file, or is not there.</summary>
    public Command UnderConfigAt(string path) => Preloading(Paths.Library).With("VIRT_TIME_CONF", path);

    public Command Preloading(params IEnumerable<string> libraries) => With("LD_PRELOAD", string.Join(':', libraries));

    /// <summary>Starts the program and lets it run to its end.</summary>
    public async Task<Result> RunAsync(string input = "")
    {
        using RunningProgram program = Start();
        await program.WriteAsync(input);
        program.CloseInput();
        return await program.EndAsync();
    }

    public RunningProgram Start() => new(this, StartInfo());

    // timeout(1) makes a process group of its own and kills all of it. The variables are set behind it, by env(1), so that
    // what is preloaded is preloaded into the target only.
    private ProcessStartInfo StartInfo()
    {
        ProcessStartInfo start = new("timeout")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = WorkingDirectory ?? Paths.Root,
        };
        Add(start, ["--signal=KILL", $"{Limit.TotalSeconds}", .. Emulation.Prefix, "env"]);
        foreach (string variable in Environment.Where(entry => entry.Value == null).Select(entry => entry.Key))
            Add(start, "-u", variable);
        foreach ((string variable, string? value) in Environment.Where(entry => entry.Value != null))
            Add(start, $"{variable}={value}");
        Add(start, [File, .. Arguments]);
        return start;
    }

    private static void Add(ProcessStartInfo start, params IEnumerable<string> arguments)
    {
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
    }

    public override string ToString() => string.Join(' ', [File, .. Arguments]);
}
