using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Scripts, followed to the program that runs in the end, also through <c>env</c>.</summary>
public class ScriptInspectionTests
{
    private const string StaticReason = TargetInspectionTests.Static;

    // The text before the path of the interpreter, and the text behind it.
    [Theory(Timeout = Limits.Test)]
    [InlineData("#!", "\n")]
    [InlineData("#! \t", " an argument\n")]
    [InlineData("#!", "")]
    [InlineData("#!/usr/bin/env ", "\n")]
    [InlineData("#!/usr/bin/env -S ", " an argument\n")]
    [InlineData("#!/usr/bin/env -S A=1 B=\"two words\" ", "\n")]
    [InlineData("#!/usr/bin/env -S -u LD_PRELOAD_OF_OTHERS --chdir / ", "\n")]
    public async Task Script_is_as_its_interpreter(string before, string after)
    {
        using Targets targets = new();
        await new Inspector().AcceptsAsync(targets.Script("good", before + await targets.DynamicAsync() + after), "argument");

        string program = await targets.LinkedAsync("static", "-static");
        await new Inspector().RefusesButForcesAsync(program, StaticReason, targets.Script("bad", before + program + after), "argument");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Chain_of_scripts_is_as_its_last_interpreter()
    {
        using Targets targets = new();
        string good = Chain(targets, "good", await targets.DynamicAsync());
        string program = await targets.LinkedAsync("static", "-static");
        string bad = Chain(targets, "bad", program);

        await new Inspector().AcceptsAsync(good);
        await new Inspector().RefusesButForcesAsync(program, StaticReason, bad);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Env_looks_for_the_interpreter_in_the_search_path()
    {
        using Targets targets = new();
        await targets.DynamicAsync("clock-dynamic");
        string program = await targets.LinkedAsync("clock-static", "-static");
        string good = targets.Script("good", "#!/usr/bin/env clock-dynamic\n");
        string bad = targets.Script("bad", "#!/usr/bin/env -S clock-static --with arguments\n");
        Inspector inspector = new(Command.Launcher().With("PATH", $"{targets.Path}:/usr/bin:/bin"));

        await inspector.AcceptsAsync(good);
        await inspector.RefusesButForcesAsync(program, StaticReason, bad);
        await new Inspector().CannotRunAsync(127, "clock-dynamic: command not found; give its path, or check PATH", good);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_without_an_interpreter_goes_to_the_shell()
    {
        using Targets targets = new();
        await new Inspector().AcceptsAsync(targets.Script("script", $"exec {await targets.DynamicAsync()} <&-\n"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Scripts_that_run_each_other_cannot_be_run()
    {
        using Targets targets = new();
        string script = targets.Script("script", $"#!{targets.File("script")}\n");
        await new Inspector().CannotRunAsync(126, $"{script}: too many nested interpreters", script);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_whose_interpreter_is_missing_cannot_be_run()
    {
        using Targets targets = new();
        string script = targets.Script("script", "#!/no/such/interpreter\n");
        await new Inspector().CannotRunAsync(
            127,
            $"{script}: its interpreter /no/such/interpreter is missing (no such file or directory); install it, or correct the name",
            script);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_whose_interpreter_is_no_program_cannot_be_run()
    {
        using Targets targets = new();
        string plain = targets.Script("plain", "text\n", UnixFileMode.UserRead);
        foreach (string interpreter in new[] { targets.Path, plain })
        {
            string script = targets.Script("script", $"#!{interpreter}\n");
            await new Inspector().CannotRunAsync(
                126, $"{script}: its interpreter {interpreter} is not an executable file; correct the name", script);
        }
    }

    // The kernel does not accept such a file as a script. execvp(3) then passes it to the shell.
    [Theory(Timeout = Limits.Test)]
    [InlineData("#!\nexec PROGRAM\n")]
    [InlineData("#! \t \nexec PROGRAM\n")]
    [InlineData("#!/LONG\nexec PROGRAM\n")]
    public async Task Script_that_names_no_interpreter_goes_to_the_shell(string text)
    {
        using Targets targets = new();
        string script = text.Replace("LONG", new string('x', 300), StringComparison.Ordinal)
            .Replace("PROGRAM", await targets.DynamicAsync(), StringComparison.Ordinal);
        await new Inspector().AcceptsAsync(targets.Script("script", script));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("#!")]
    [InlineData("#! \t")]
    public async Task File_that_ends_where_its_interpreter_should_stand_cannot_be_run(string text)
    {
        using Targets targets = new();
        string script = targets.Script("script", text);
        Assert.Equal(126, (await Command.Of("env", script).RunAsync()).ExitCode);
        await new Inspector().CannotRunAsync(126, $"{script}: has no interpreter after #!; name one, as in #!/bin/sh", script);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Arguments_of_an_interpreter_may_be_longer_than_the_kernel_reads()
    {
        using Targets targets = new();
        string arguments = string.Concat(Enumerable.Repeat(" argument", 100));
        await new Inspector().AcceptsAsync(targets.Script("script", $"#!{await targets.DynamicAsync()}{arguments}\n"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("#!/bin/sh\r\n", "{0}: its interpreter /bin/sh\\x0d is missing (no such file or directory); install it, or correct the name")]
    [InlineData("#!/usr/bin/env sh\r\n", "sh\\x0d: command not found; give its path, or check PATH")]
    public async Task Line_ends_of_Windows_get_a_hint(string text, string message)
    {
        using Targets targets = new();
        string script = targets.Script("script", text);
        await new Inspector().CannotRunAsync(
            127, string.Format(null, message, script) + "; the line ends in CR LF, save the script with Unix line ends", script);
    }

    private static string Chain(Targets targets, string name, string program)
    {
        for (int i = 1; i <= 4; i++)
            program = targets.Script($"{name}{i}", $"#!{program}\n");
        return program;
    }
}
