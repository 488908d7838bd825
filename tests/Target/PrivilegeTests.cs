using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>
/// Programs that gain privileges when they start, so that the loader would drop <c>LD_PRELOAD</c>, and similar programs that do not.
/// </summary>
public class PrivilegeTests
{
    private const string Nobody = "65534";
    private const UnixFileMode Plain = (UnixFileMode)0b111_101_101;
    private const string Remedy =
        ", so the loader would ignore LD_PRELOAD; run it as the user or group that it belongs to, or run a copy without these privileges";

    [Fact(Timeout = Limits.Test)]
    public async Task Set_user_id_of_somebody_else_is_refused()
    {
        using Targets targets = await TargetsAsync();
        string program = await OwnedAsync(targets, Nobody + ":0", Plain | UnixFileMode.SetUser);
        await new Inspector().RefusesButForcesAsync(program, "is set-user-ID" + Remedy, program);

        File.SetUnixFileMode(program, Plain);
        await new Inspector().AcceptsAsync(program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Set_user_id_of_the_user_is_accepted()
    {
        using Targets targets = await TargetsAsync();
        await new Inspector().AcceptsAsync(await OwnedAsync(targets, "0:0", Plain | UnixFileMode.SetUser));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Set_user_id_is_refused_or_accepted_by_who_runs_it()
    {
        using Targets targets = await TargetsAsync();
        Inspector nobody = await Inspector.OfNobodyAsync(targets);
        string program = await OwnedAsync(targets, "0:0", Plain | UnixFileMode.SetUser);
        await nobody.RefusesButForcesAsync(program, "is set-user-ID" + Remedy, program);

        (await Command.Of("chown", Nobody, program).RunAsync()).Succeeded();
        File.SetUnixFileMode(program, Plain | UnixFileMode.SetUser);
        await nobody.AcceptsAsync(program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Set_user_id_is_refused_also_where_the_program_cannot_be_read()
    {
        using Targets targets = await TargetsAsync();
        string program = await OwnedAsync(targets, "0:0", (UnixFileMode)0b111_001_001 | UnixFileMode.SetUser);
        await (await Inspector.OfNobodyAsync(targets)).RefusesButForcesAsync(program, "is set-user-ID" + Remedy, program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Set_group_id_of_another_group_is_refused()
    {
        using Targets targets = await TargetsAsync();
        string program = await OwnedAsync(targets, "0:" + Nobody, Plain | UnixFileMode.SetGroup);
        await new Inspector().RefusesButForcesAsync(program, "is set-group-ID" + Remedy, program);

        // If the group may not execute the file, the set-group-ID bit has another meaning.
        File.SetUnixFileMode(program, (Plain | UnixFileMode.SetGroup) & ~UnixFileMode.GroupExecute);
        await new Inspector().AcceptsAsync(program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Set_user_id_is_accepted_where_the_kernel_ignores_it()
    {
        using Targets targets = await TargetsAsync();
        string program = await OwnedAsync(targets, Nobody + ":0", Plain | UnixFileMode.SetUser);
        await new Inspector(Command.Of(Needs.Tool("setpriv"), "--no-new-privs", Paths.Launcher)).AcceptsAsync(program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_is_refused_for_its_interpreter_and_not_for_itself()
    {
        using Targets targets = await TargetsAsync();
        string program = await OwnedAsync(targets, Nobody + ":0", Plain | UnixFileMode.SetUser);
        string script = targets.Script("script", $"#!{program}\n");
        await new Inspector().RefusesButForcesAsync(program, "is set-user-ID" + Remedy, script);

        // The kernel ignores the set-user-ID bit of scripts.
        File.SetUnixFileMode(program, Plain);
        (await Command.Of("chown", Nobody, script).RunAsync()).Succeeded();
        File.SetUnixFileMode(script, Plain | UnixFileMode.SetUser);
        await new Inspector().AcceptsAsync(script);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_capabilities_are_refused_but_for_root()
    {
        using Targets targets = await TargetsAsync();
        string program = await WithCapabilitiesAsync(targets, "cap_net_raw+ep");
        await (await Inspector.OfNobodyAsync(targets)).RefusesButForcesAsync(program, "has file capabilities" + Remedy, program);
        await new Inspector().AcceptsAsync(program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_capabilities_that_give_nothing_are_accepted()
    {
        using Targets targets = await TargetsAsync();
        string program = await WithCapabilitiesAsync(targets, "cap_net_raw+i");
        await (await Inspector.OfNobodyAsync(targets)).AcceptsAsync(program);
    }

    private static async Task<Targets> TargetsAsync()
    {
        Needs.Root();
        Targets targets = new();
        string options = (await Command.Of("findmnt", "-n", "-o", "OPTIONS", "--target", targets.Path).RunAsync()).Output;
        Assert.SkipWhen(options.Contains("nosuid", StringComparison.Ordinal), "the temporary directory is on a nosuid mount");
        return targets;
    }

    private static async Task<string> OwnedAsync(Targets targets, string owner, UnixFileMode mode)
    {
        string program = await targets.DynamicAsync();
        (await Command.Of("chown", owner, program).RunAsync()).Succeeded();
        File.SetUnixFileMode(program, mode);
        return program;
    }

    private static async Task<string> WithCapabilitiesAsync(Targets targets, string capabilities)
    {
        string program = await targets.DynamicAsync();
        Result result = await Command.Of(Needs.Tool("setcap"), capabilities, program).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "no file capabilities here: " + result.Error.Trim());
        return program;
    }
}
