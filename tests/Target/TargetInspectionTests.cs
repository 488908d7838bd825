using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Programs that the interposer gets into, and programs that it does not: by linkage, for other machines, made by Go.</summary>
public class TargetInspectionTests
{
    public const string Static = "is statically linked, so no library can be preloaded into it; link it dynamically";

    private const ushort X8664 = 62;
    private const ushort I386 = 3;
    private const ushort Arm64 = 183;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Limits.Test)]
    [InlineData("-pie", "-fPIE")]
    [InlineData("-no-pie", "-fno-PIE")]
    public async Task Dynamic_program_is_accepted(params string[] options)
    {
        using Targets targets = new();
        await new Inspector().AcceptsAsync(await targets.LinkedAsync("program", options));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("-static")]
    [InlineData("-static-pie", "-fPIE")]
    public async Task Static_program_is_refused(params string[] options)
    {
        using Targets targets = new();
        string program = await targets.LinkedAsync("program", options);
        await new Inspector().RefusesButForcesAsync(program, Static, program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Dynamic_loader_as_a_command_is_accepted()
    {
        using Targets targets = new();
        string loader = "/lib64/ld-linux-x86-64.so.2";
        Assert.SkipUnless(File.Exists(loader), $"{loader} is missing");
        await new Inspector().AcceptsAsync(loader, await targets.DynamicAsync());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(32, X8664, "is a 32-bit program, but the interposer is 64-bit; use a 64-bit build")]
    [InlineData(32, I386, "is a program for i386, but the interposer is for x86-64; use a build for this machine")]
    [InlineData(64, Arm64, "is a program for arm64, but the interposer is for x86-64; use a build for this machine")]
    [InlineData(64, 999, "is a program for another machine (ELF machine 999), but the interposer is for x86-64; use a build for this machine")]
    public async Task Program_for_another_machine_is_refused(int bits, ushort machine, string reason)
    {
        using Targets targets = new();
        string program = targets.ElfHead("program", bits, machine);
        Assert.SkipWhen(bits == 64 && Directory.Exists("/proc/sys/fs/binfmt_misc/qemu-aarch64"), "binfmt_misc runs such programs");
        await new Inspector().RefusesAsync(program, reason, program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Force_hands_a_program_for_another_machine_to_the_kernel()
    {
        using Targets targets = new();
        string program = targets.ElfHead("program", 64, 999);
        Result result = await Command.Launcher("--force", "--", program).RunAsync();
        Assert.NotEqual(125, result.ExitCode);
        Assert.StartsWith($"virttime-run: warning: {program}: is a program for another machine", result.Error, StringComparison.Ordinal);
    }

    // execvp(3) passes a file that the kernel refuses to the shell, which treats its bytes as commands and creates files.
    [Theory(Timeout = Limits.Test)]
    [InlineData(10)]
    [InlineData(64)]
    public async Task Damaged_program_is_left_to_the_kernel_and_not_to_the_shell(int size)
    {
        using Targets targets = new();
        string program = targets.ElfHead("program", 64, X8664);
        await File.WriteAllBytesAsync(program, (await File.ReadAllBytesAsync(program, Token))[..size], Token);
        Result result = await Command.Launcher("--", program).RunAsync();
        Assert.Equal(126, result.ExitCode);
        Assert.Equal(
            [
                $"virttime-run: warning: {program}: is a damaged ELF file, which the kernel may refuse",
                $"virttime-run: {program}: is not a program that this machine can run",
            ],
            result.ErrorLines);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_that_cannot_be_read_runs_with_a_warning()
    {
        Needs.Root();
        using Targets targets = new();
        string program = await targets.DynamicAsync();
        File.SetUnixFileMode(program, (UnixFileMode)0b111_001_001);
        await (await Inspector.OfNobodyAsync(targets)).DoubtsAsync(
            program, "cannot be read (permission denied), so it may be static and run on the host's clocks", program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_whose_loader_is_missing_cannot_be_run()
    {
        using Targets targets = new();
        string loader = targets.File("ld.so");
        string program = await targets.LinkedAsync("program", "-Wl,--dynamic-linker=" + loader);
        await new Inspector().CannotRunAsync(
            127, $"{program}: its loader {loader} is missing (no such file or directory); install it, or correct the name", program);

        File.CreateSymbolicLink(loader, "/lib64/ld-linux-x86-64.so.2");
        await new Inspector().AcceptsAsync(program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Go_program_with_cgo_is_accepted()
    {
        using Targets targets = new();
        await new Inspector().AcceptsAsync(await targets.GoAsync("cgo_clock.go", cgo: true));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Static_Go_program_gets_the_library_placed()
    {
        using Targets targets = new();
        string program = await targets.GoAsync("static_clock.go", cgo: false);
        Result check = (await Command.Launcher("--check", "--", program).RunAsync()).Succeeded();
        Assert.Equal($"{program}  static Go program", check.Lines[0]);
        Assert.StartsWith("backend: place; not shifted are ", check.Lines[1], StringComparison.Ordinal);
        Assert.Equal($"{program} can be shifted", check.Lines[2]);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Check_names_every_step_on_the_way_to_the_program()
    {
        using Targets targets = new();
        string program = await targets.DynamicAsync();
        string script = targets.Script("script", $"#!{program}\n");
        Result result = (await Command.Launcher("--check", "--", script, "--check").RunAsync()).Succeeded();
        Assert.Equal([script, program, "backend:", script], result.Lines.Select(line => line.Split(' ')[0]));
        Assert.EndsWith("  script", result.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith("  dynamic program", result.Lines[1], StringComparison.Ordinal);
    }
}
