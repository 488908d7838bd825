using VirtTime.Tests.Harness;
using VirtTime.Tests.Placement;

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

    [Fact(Timeout = Limits.Test)]
    public async Task File_capabilities_that_the_process_inherits_are_refused()
    {
        using Targets targets = await TargetsAsync();
        string program = await WithCapabilitiesAsync(targets, "cap_net_raw+i");
        Inspector heir = await HeirAsync(targets);
        await heir.RefusesButForcesAsync(program, "has file capabilities" + Remedy, program);
    }

    // The kernel sets AT_SECURE for the effective flag alone, and for capabilities that no_new_privs withholds.
    [Theory(Timeout = Limits.Test)]
    [InlineData("cap_net_raw+ei", "--inh-caps=-all")]
    [InlineData("cap_net_raw+ep", "--no-new-privs")]
    public async Task File_capabilities_are_refused_also_if_the_program_does_not_get_them(string capabilities, string option)
    {
        using Targets targets = await TargetsAsync();
        string program = await WithCapabilitiesAsync(targets, capabilities);
        Inspector nobody = Changed(await Inspector.OfNobodyAsync(targets), option);
        await nobody.RefusesButForcesAsync(program, "has file capabilities" + Remedy, program);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("cap_net_raw+ep")]
    [InlineData("cap_net_raw+ei")]
    public async Task Static_program_would_lose_file_capabilities(string capabilities)
    {
        using Targets targets = await TargetsAsync();
        string program = await StaticAsync(targets);
        await SetCapabilitiesAsync(program, capabilities);
        await (await HeirAsync(targets)).RefusesButForcesAsync(program, Lost("has file capabilities"), program, "clocks");
        await new Inspector().AcceptsAsync(program, "clocks");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Root_without_privileges_would_lose_file_capabilities_of_a_static_program()
    {
        using Targets targets = await TargetsAsync();
        string program = await StaticAsync(targets);
        await SetCapabilitiesAsync(program, "cap_net_raw+ep");
        Inspector inspector = new(Command.Of(Needs.Tool("setpriv"), "--securebits=+noroot", Paths.Launcher));
        await inspector.RefusesButForcesAsync(program, Lost("has file capabilities"), program, "clocks");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Static_program_keeps_what_it_does_not_gain()
    {
        using Targets targets = await TargetsAsync();
        string program = await StaticAsync(targets);
        await SetCapabilitiesAsync(program, "cap_net_raw+i");
        await (await Inspector.OfNobodyAsync(targets)).AcceptsAsync(program, "clocks");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("is set-user-ID", UnixFileMode.SetUser)]
    [InlineData("is set-group-ID", UnixFileMode.SetGroup)]
    public async Task Static_program_would_lose_its_user_or_group(string reason, UnixFileMode bit)
    {
        using Targets targets = await TargetsAsync();
        string program = await StaticAsync(targets);
        (await Command.Of("chown", $"{Nobody}:{Nobody}", program).RunAsync()).Succeeded();
        File.SetUnixFileMode(program, Plain | bit);
        await new Inspector().RefusesButForcesAsync(program, Lost(reason), program, "clocks");

        Result place = await Command.Launcher("--backend=place", "--", program, "clocks").RunAsync();
        Assert.Equal((125, $"virttime-run: {program}: {Lost(reason)}"), (place.ExitCode, Assert.Single(place.ErrorLines)));
    }

    private static string Lost(string reason) =>
        $"is static and {reason}, and would lose these privileges while virttime-run places the library into it; run it as the user or group that it "
            + "belongs to, or run a copy without these privileges";

    private static Inspector Changed(Inspector inspector, string option) =>
        new(inspector.Launcher with { Arguments = inspector.Launcher.Arguments.Insert(0, option) });

    // A user without privileges, whose processes may get the capability from a file that lets them inherit it.
    private static async Task<Inspector> HeirAsync(Targets targets) => Changed(await Inspector.OfNobodyAsync(targets), "--inh-caps=+net_raw");

    private static async Task<string> StaticAsync(Targets targets)
    {
        string program = targets.Copy(await GoPrograms.PlacedAsync());
        File.SetUnixFileMode(program, Plain);
        return program;
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
        await SetCapabilitiesAsync(program, capabilities);
        return program;
    }

    private static async Task SetCapabilitiesAsync(string program, string capabilities)
    {
        Result result = await Command.Of(Needs.Tool("setcap"), capabilities, program).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "no file capabilities here: " + result.Error.Trim());
    }
}
