using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Commands that do not exist, or that are not programs.</summary>
public class SearchPathTests
{
    private const string NotFound = "command not found; give its path, or check PATH";

    [Fact(Timeout = Limits.Test)]
    public async Task Command_that_is_not_in_the_search_path_is_127()
    {
        using Targets targets = new();
        await targets.DynamicAsync("clock");
        await new Inspector().CannotRunAsync(127, $"clock: {NotFound}", "clock");
        await Looking(targets.Path).AcceptsAsync("clock");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Path_that_leads_nowhere_is_127_or_126()
    {
        using Targets targets = new();
        string missing = targets.File("missing");
        string below = await targets.DynamicAsync() + "/below";
        await new Inspector().CannotRunAsync(127, $"{missing}: no such file; check the name of the command", missing);
        await new Inspector().CannotRunAsync(126, $"{below}: a part of the path is not a directory; check the name of the command", below);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_is_not_executable_is_126()
    {
        using Targets targets = new();
        string file = await targets.DynamicAsync("clock");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string message = $"{file}: permission denied; make the program executable (chmod +x)";
        await new Inspector().CannotRunAsync(126, message, file);
        await Looking(targets.Path).CannotRunAsync(126, message, "clock");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Directory_is_126()
    {
        using Targets targets = new();
        await new Inspector().CannotRunAsync(126, $"{targets.Path}: is a directory; give the name of a program in it", targets.Path);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Empty_file_is_an_empty_script()
    {
        using Targets targets = new();
        Result result = (await Command.Launcher("--", targets.Script("empty", "")).RunAsync()).Succeeded();
        Assert.Equal("", result.Output + result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Search_passes_over_a_script_whose_interpreter_is_missing()
    {
        using Targets first = new();
        using Targets second = new();
        string script = first.Script("clock", "#!/no/such/interpreter\n");
        await Looking(first.Path).CannotRunAsync(
            127, $"{script}: its interpreter /no/such/interpreter is missing (no such file or directory); install it, or correct the name", "clock");

        await second.DynamicAsync("clock");
        await Looking(first.Path, second.Path).AcceptsAsync("clock");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Search_passes_over_what_cannot_be_run()
    {
        using Targets first = new();
        using Targets second = new();
        using Targets third = new();
        Directory.CreateDirectory(first.File("clock"));
        second.Script("clock", "text\n", UnixFileMode.UserRead);
        await Looking(first.Path, second.Path).CannotRunAsync(
            126, $"{first.File("clock")}: is a directory; give the name of a program in it", "clock");

        await third.DynamicAsync("clock");
        await Looking(first.Path, second.Path, third.Path).AcceptsAsync("clock");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Static_program_in_the_search_path_is_refused_with_its_path()
    {
        using Targets targets = new();
        string program = await targets.LinkedAsync("clock", "-static");
        await Looking(targets.Path).RefusesButForcesAsync(program, TargetInspectionTests.Static, "clock");
    }

    private static Inspector Looking(params string[] path) => new(Command.Launcher().With("PATH", string.Join(':', path)));
}
