using System.Collections.Immutable;
using System.Diagnostics;

namespace VirtTime.Tests.Harness;

/// <summary>A program, its arguments, environment and time limit.</summary>
/// <param name="File">A path, or a name that is searched in <c>PATH</c>.</param>
internal sealed record Command(string File)
{
    /// <summary>Exit status of a <see cref="RunningProgram"/> that reached its limit: it was killed by SIGKILL.</summary>
    public const int Killed = 137;

    public ImmutableList<string> Arguments { get; init; } = [];

    /// <summary>Variables to set; a null value removes the variable.</summary>
    public ImmutableDictionary<string, string?> Environment { get; init; } = ImmutableDictionary<string, string?>.Empty;

    public string? WorkingDirectory { get; init; }

    /// <summary>After this time the program and its process group are killed.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    public static Command Of(string file, params IEnumerable<string> arguments) => new(file) { Arguments = [.. arguments] };

    /// <summary>Returns a command that runs a compiler, with a limit for a busy machine.</summary>
    public static Command Compiler(string file, params IEnumerable<string> arguments) => Of(file, arguments) with { Limit = Limits.Compiler };

    /// <summary>Returns a command that runs the launcher with these arguments.</summary>
    public static Command Launcher(params IEnumerable<string> arguments) => Of(Paths.Launcher, arguments);

    public Command With(string variable, string? value) => this with { Environment = Environment.SetItem(variable, value) };

    /// <summary>Returns the command changed so that another program runs it, with the command as its arguments.</summary>
    public Command Through(string program) => this with { File = program, Arguments = [File, .. Arguments] };

    /// <summary>Returns the command with the interposer preloaded, without the launcher.</summary>
    public Command Under(ConfigFile config) => UnderConfigAt(config.Path);

    /// <summary>Returns the same for a path that may be missing or no config file.</summary>
    public Command UnderConfigAt(string path) => Preloading(Paths.Library).With("VIRT_TIME_CONF", path);

    public Command Preloading(params IEnumerable<string> libraries) => With("LD_PRELOAD", string.Join(':', libraries));

    /// <summary>Starts the program and waits for its end.</summary>
    public async Task<Result> RunAsync(string input = "")
    {
        using RunningProgram program = Start();
        await program.WriteAsync(input);
        program.CloseInput();
        return await program.EndAsync();
    }

    public RunningProgram Start() => new(this, StartInfo());

    // timeout(1) runs the program in a process group of its own and kills the whole group. env(1), which runs below it, sets the variables, so that
    // libraries are preloaded into the target only.
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
