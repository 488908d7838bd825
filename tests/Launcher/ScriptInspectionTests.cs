using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Scripts, followed to the program that runs in the end, through <c>env</c> as well.</summary>
public class ScriptInspectionTests
{
    private const string StaticReason = TargetInspectionTests.Static;

    // What stands in front of the path of the interpreter, and behind it.
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

    [Theory(Timeout = Limits.Test)]
    [InlineData("-i")]
    [InlineData("-")]
    [InlineData("--ignore-environment PATH=/usr/bin")]
    [InlineData("--chdir / -u LD_PRELOAD")]
    [InlineData("-u A --unset=LD_PRELOAD")]
    public async Task Script_whose_env_drops_the_interposer_is_refused(string options)
    {
        using Targets targets = new();
        string script = targets.Script("script", $"#!/usr/bin/env -S {options} {await targets.DynamicAsync()}\n");
        await new Inspector().RefusesButForcesAsync(
            script, "has env take LD_PRELOAD out of the environment; leave out its option -i or -u LD_PRELOAD", script);
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
        await new Inspector().CannotRunAsync(126, $"{script}: too many interpreters of interpreters", script);
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

    [Theory(Timeout = Limits.Test)]
    [InlineData("#!\n")]
    [InlineData("#! \t \nexit 0\n")]
    public async Task Script_that_names_no_interpreter_cannot_be_run(string text)
    {
        using Targets targets = new();
        string script = targets.Script("script", text);
        await new Inspector().CannotRunAsync(126, $"{script}: has no interpreter behind #!; name one, as in #!/bin/sh", script);
    }

    private static string Chain(Targets targets, string name, string program)
    {
        for (int i = 1; i <= 4; i++)
            program = targets.Script($"{name}{i}", $"#!{program}\n");
        return program;
    }
}
