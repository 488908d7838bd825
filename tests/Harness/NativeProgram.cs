using System.Collections.Concurrent;

namespace VirtTime.Tests.Harness;

/// <summary>Builds the C and C++ programs of <c>tests/programs</c> when they are first needed, and again if their source is newer.</summary>
internal static class NativeProgram
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> s_built = new();

    /// <summary>Builds an executable.</summary>
    /// <param name="source">Path below <c>tests/programs</c>.</param>
    /// <param name="options">Options for the compiler that follow the source, such as libraries to link with.</param>
    public static Task<string> BuildAsync(string source, params string[] options) =>
        BuildOnceAsync(source, Path.GetFileNameWithoutExtension(source), options);

    /// <summary>Builds a shared library, for <c>LD_PRELOAD</c> or to link with.</summary>
    public static Task<string> BuildLibraryAsync(string source, params string[] options) =>
        BuildOnceAsync(source, Path.GetFileNameWithoutExtension(source) + ".so", ["-shared", "-fPIC", .. options]);

    private static Task<string> BuildOnceAsync(string source, string name, string[] options)
    {
        string target = Path.Combine(Paths.Built, name);
        string key = string.Join(' ', [target, .. options]);
        return s_built.GetOrAdd(key, _ => new(() => BuildIfOlderAsync(Path.Combine(Paths.Programs, source), target, options))).Value;
    }

    private static async Task<string> BuildIfOlderAsync(string source, string target, string[] options)
    {
        string optionsFile = target + ".options";
        string wanted = string.Join('\n', options);
        if (IsCurrent(source, target) && File.Exists(optionsFile) && await File.ReadAllTextAsync(optionsFile) == wanted)
            return target;
        bool isCpp = Path.GetExtension(source) == ".cpp";
        string compiler = Emulation.ToolPrefix + (isCpp ? "g++" : "gcc");
        Needs.Tool(compiler);
        Directory.CreateDirectory(Paths.Built);
        string unfinished = $"{target}.{Environment.ProcessId}";
        string[] arguments = ["-O2", "-g", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", unfinished, source, .. options, "-ldl"];
        (await Command.Compiler(compiler, arguments).RunAsync()).Succeeded($"compiling {source}");
        File.Move(unfinished, target, overwrite: true);
        await File.WriteAllTextAsync(optionsFile, wanted);
        return target;
    }

    // A newer header rebuilds all programs beside it: there are only a few headers.
    private static bool IsCurrent(string source, string target)
    {
        DateTime built = File.GetLastWriteTimeUtc(target);
        string[] headers = [.. Directory.GetFiles(Paths.Programs, "*.h"), .. Directory.GetFiles(Path.GetDirectoryName(source)!, "*.h")];
        return File.Exists(target) && headers.Append(source).All(file => File.GetLastWriteTimeUtc(file) <= built);
    }
}
