using System.Buffers.Binary;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A directory of targets. Those that can run print the clock.</summary>
internal sealed class Targets : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private readonly TemporaryDirectory _directory = new TemporaryDirectory().Public();

    public string Path => _directory.Path;

    public string File(string name) => _directory.File(name);

    public string Copy(string path) => _directory.Copy(path);

    /// <summary>Builds an ordinary dynamic program.</summary>
    public async Task<string> DynamicAsync(string name = "dynamic")
    {
        string target = File(name);
        System.IO.File.Copy(await NativeProgram.BuildAsync("watch_clock.c"), target);
        System.IO.File.SetUnixFileMode(target, Executable);
        return target;
    }

    /// <summary>Builds the same program with other linker options.</summary>
    public async Task<string> LinkedAsync(string name, params string[] options)
    {
        string source = System.IO.Path.Combine(Paths.Programs, "watch_clock.c");
        Result result = await Command.Compiler("gcc", ["-D_GNU_SOURCE", "-o", File(name), source, .. options]).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, $"gcc cannot link with {string.Join(' ', options)}: {result.Error}");
        return File(name);
    }

    public async Task<string> GoAsync(string source, bool cgo)
    {
        string go = Needs.Tool("go");
        string target = File(System.IO.Path.GetFileNameWithoutExtension(source));
        Command build = Command.Compiler(go, "build", "-o", target, System.IO.Path.Combine(Paths.Programs, "launcher", source));
        (await build.With("CGO_ENABLED", cgo ? "1" : "0").With("GOFLAGS", "-mod=mod").RunAsync()).Succeeded();
        return target;
    }

    public string Script(string name, string text, UnixFileMode mode = Executable)
    {
        System.IO.File.WriteAllText(File(name), text);
        System.IO.File.SetUnixFileMode(File(name), mode);
        return File(name);
    }

    /// <summary>Writes the head of a little-endian ELF program, and nothing behind it.</summary>
    /// <param name="bits">32 or 64.</param>
    /// <param name="machine">The value of <c>e_machine</c>.</param>
    public string ElfHead(string name, int bits, ushort machine)
    {
        const ushort Program = 2;
        byte[] head = new byte[64];
        "\u007fELF"u8.CopyTo(head);
        head[4] = (byte)(bits / 32);
        head[5] = head[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(16), Program);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(18), machine);
        System.IO.File.WriteAllBytes(File(name), head);
        System.IO.File.SetUnixFileMode(File(name), Executable);
        return File(name);
    }

    public void Dispose() => _directory.Dispose();
}
