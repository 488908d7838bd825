using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using VirtTime.Format;

namespace VirtTime.Bench;

/// <summary>The built programs, the config files, and facts about this machine.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("virttime-bench.").FullName;

    // In memory, as the launcher's own files. On a disk, the time of the first access to a page is the filesystem's.
    private readonly string _configs = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"virttime-bench.{Environment.ProcessId}")).FullName;

    private readonly string _date;

    public Workplace(bool isQuick)
    {
        IsQuick = isQuick;
        Rounds = isQuick ? 2 : 31;
        Config = NewConfig("clock", 0);
        _date = NewConfig("date", 0, hasDate: true);
    }

    public bool IsQuick { get; }

    public int Rounds { get; }

    public string Root { get; } = FindRoot();

    public string Library => Path.Combine(Root, "artifacts", "dist", "libvirttime.so");

    public string Launcher => Path.Combine(Root, "artifacts", "dist", "virttime-run");

    /// <summary>A config file with an offset of 1000 s.</summary>
    public string Config { get; }

    public string ConfigVariable => $"VIRT_TIME_CONF={Config}";

    public string[] Preload => [$"LD_PRELOAD={Library}", ConfigVariable];

    /// <summary>The variables for a config file in which the wall clock is virtual too.</summary>
    public string[] PreloadWithDate => [$"LD_PRELOAD={Library}", $"VIRT_TIME_CONF={_date}"];

    /// <summary>The variables for a new config file in which the date runs at a rate.</summary>
    public string[] PreloadAtRate(string rate)
    {
        string path = NewConfig($"rate {rate}", 0, hasDate: true);
        Run(Launcher, "--config", path, "--force", "--no-freeze", "--realtime-rate", rate);
        return [$"LD_PRELOAD={Library}", $"VIRT_TIME_CONF={path}"];
    }

    /// <summary>The facts about the machine that the figures depend on.</summary>
    public string Machine
    {
        get
        {
            string processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) ?? ": ?";
            return $"{processor[(processor.IndexOf(':', StringComparison.Ordinal) + 2)..]}, {Environment.ProcessorCount} processors, "
                + $"{RuntimeInformation.OSDescription}, {Rounds} rounds, medians";
        }
    }

    public int Scaled(int full) => IsQuick ? Math.Max(1, full / 50) : full;

    public static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, tool)).FirstOrDefault(File.Exists);

    /// <summary>Debian's libfaketime, if it is installed.</summary>
    public static string? Faketime =>
        Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib", "*-linux-gnu").Select(d => Path.Combine(d, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists) : null;

    /// <summary>Whether this user can create a time namespace.</summary>
    public static bool HasTimeNamespace => Environment.IsPrivilegedProcess && Find("unshare") != null;

    /// <summary>Builds a C program of <c>tests/programs/bench</c>.</summary>
    public string Build(string name)
    {
        string target = Path.Combine(_directory, name);
        if (!File.Exists(target))
            Run("gcc", "-O2", "-D_GNU_SOURCE", "-pthread", "-o", target, Source(name + ".c"), "-ldl");
        return target;
    }

    /// <summary>Builds a static Go program of <c>tests/programs/bench</c>.</summary>
    public string BuildGo(string name)
    {
        string target = Path.Combine(_directory, name);
        if (!File.Exists(target))
            Run("env", "CGO_ENABLED=0", "GO111MODULE=off", "go", "build", "-o", target, Source(name + ".go"));
        return target;
    }

    /// <summary>Starts a command many times, and returns the nanoseconds that one run takes.</summary>
    public double Spawn(params string[] arguments) => Figure(Build("spawn"), [$"{Scaled(50)}", .. arguments]);

    public string Source(string file) => Path.Combine(Root, "tests", "programs", "bench", file);

    public string Temporary(string file) => Path.Combine(_directory, file);

    /// <summary>An empty directory in memory for <c>XDG_RUNTIME_DIR</c>.</summary>
    public string NewRuntime(string name) => Directory.CreateDirectory(Path.Combine(_configs, name)).FullName;

    /// <summary>Makes a config file with calls in flight in the slots of the first threads.</summary>
    public string NewConfig(string name, int inFlight, bool hasDate = false)
    {
        string path = Path.Combine(_configs, name);
        using FileStream file = new(path, FileMode.CreateNew);
        file.SetLength(ConfigLayout.FileSize);
        using BinaryWriter writer = new(file);
        writer.Write(1000L);
        writer.Write(0L);
        for (int i = 0; i < inFlight; i++)
        {
            writer.Write(1L << 40);
            writer.Write(0L);
        }

        file.Position = ConfigLayout.SlotClocksPosition;
        writer.Write(Enumerable.Repeat((byte)2, inFlight).ToArray());
        file.Position = ConfigLayout.ExtensionPosition;
        writer.Write(new byte[ConfigLayout.ExtensionSize]);
        if (hasDate)
        {
            file.Position = ConfigLayout.ExtensionPosition;
            writer.Write(ConfigExtension.MagicValue);
            writer.Write(ConfigExtension.CurrentVersion);
            writer.Write(ConfigExtension.HasRealtimeOffset);
            file.Position = ConfigLayout.ExtensionPosition + ConfigExtension.RealtimeOffsetPosition;
            writer.Write(1000L);
        }

        return path;
    }

    /// <summary>Runs a command and returns its output.</summary>
    public static string Run(string file, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new BenchException($"{file}: cannot be started");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new BenchException($"{file} {string.Join(' ', start.ArgumentList)}: {error.Result.Trim()}");
    }

    /// <summary>Runs a command that prints one number, and returns it.</summary>
    public static double Figure(string file, params IEnumerable<string> arguments) => Figures(file, arguments).Single();

    /// <summary>Runs a command that prints a number for each way, and returns them.</summary>
    public static double[] Figures(string file, params IEnumerable<string> arguments) =>
        [.. Run(file, arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        Directory.Delete(_configs, recursive: true);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory != null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "global.json")))
                return directory.FullName;
        }

        throw new BenchException($"{AppContext.BaseDirectory} is not inside the repository");
    }
}
