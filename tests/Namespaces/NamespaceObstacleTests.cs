using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>If the kernel or a setting forbids a time namespace, the message names it. The tests change no setting of the machine.</summary>
public class NamespaceObstacleTests
{
    private const string Prefix = "virttime-run: --backend: no time namespace: ";

    // Values from <linux/sched.h>, and system call numbers of x86-64.
    private const string Clone = "56";
    private const string Unshare = "272";
    private const string NewUser = "0x10000000";
    private const string NewTime = "0x80";
    private const string PidDescriptor = "0x1000";

    private const string Eperm = "1";
    private const string Einval = "22";
    private const string Enosys = "38";

    // A user namespace has limits of its own, which its creator may lower.
    [Theory(Timeout = Limits.Test)]
    [InlineData("max_time_namespaces", "")]
    [InlineData("max_time_namespaces", "setpriv --bounding-set=-sys_admin")]
    [InlineData("max_user_namespaces", "setpriv --bounding-set=-sys_admin")]
    public async Task Limit_of_zero_is_named(string limit, string through)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string script = $"echo 0 >/proc/sys/user/{limit} && exec {through} \"$0\" --backend namespace -- true";
        string[] command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, user.Launcher];
        await RefusesAsync(user.Run(command), Prefix + $"user.{limit} is 0; an administrator can raise it with sysctl");
    }

    // To this process the kernel reports version 2.6 (man 2 personality, UNAME26).
    [Fact(Timeout = Limits.Test)]
    public async Task Old_kernel_is_named_in_place_of_a_setting()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        const string Script = "echo 0 >/proc/sys/user/max_time_namespaces && exec setarch --uname-2.6 \"$0\" --backend namespace -- true";
        Result result = await user.Run("unshare", "--user", "--map-root-user", "sh", "-c", Script, user.Launcher).RunAsync();
        Assert.Equal(125, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith(Prefix + "this kernel is 2.6.", line, StringComparison.Ordinal);
        Assert.EndsWith(", and before Linux 6.2 only a child process can enter a time namespace; use --backend preload", line, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Limit_that_is_used_up_is_named()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        const string Script = "echo 1 >/proc/sys/user/max_time_namespaces && exec unshare --time \"$0\" --backend namespace -- true";
        string[] command = ["unshare", "--user", "--map-root-user", "sh", "-c", Script, user.Launcher];
        await RefusesAsync(user.Run(command), Prefix
            + "user.max_user_namespaces or user.max_time_namespaces is used up, here or outside of this container; an administrator can raise it with sysctl");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(Eperm, "operation not permitted")]
    [InlineData(Enosys, "function not implemented")]
    public async Task Filter_is_named(string error, string text)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        await RefusesAsync(
            await FilteredAsync(user, Unshare, NewTime, error), Prefix + $"a seccomp filter (containers have one) denies it ({text})");
    }

    // A setting that this machine lacks is made in a mount namespace. The filter makes the kernel answer as if the setting were in force.
    [Theory(Timeout = Limits.Test)]
    [InlineData("unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0, so a user namespace needs CAP_SYS_ADMIN")]
    [InlineData(
        "apparmor_restrict_unprivileged_userns",
        "1",
        "kernel.apparmor_restrict_unprivileged_userns is 1: AppArmor allows a user namespace only with CAP_SYS_ADMIN, or with a profile that allows userns")]
    public async Task Setting_of_a_distribution_is_named(string setting, string value, string reason)
    {
        await Needs.MountsAsync();
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        Command launch = await FilteredAsync(user, Unshare, NewUser, Eperm);
        const string Script = "echo \"$2\" >\"$0/$1\" && mount --bind \"$0\" /proc/sys/kernel && shift 2 && exec \"$@\"";
        string[] mount = ["--mount", "sh", "-c", Script, user.PathOf("."), setting, value];
        await RefusesAsync(Command.Of("unshare", [.. mount, launch.File, .. launch.Arguments]), Prefix + reason);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Kernel_without_time_namespaces_is_named()
    {
        await Needs.MountsAsync();
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Root);
        Command launch = await FilteredAsync(user, Unshare, NewTime, Einval);
        const string Script = "mount --bind \"$0\" /proc/$$/ns && exec \"$@\"";
        string[] mount = ["--mount", "sh", "-c", Script, user.PathOf(".")];
        await RefusesAsync(
            Command.Of("unshare", [.. mount, launch.File, .. launch.Arguments]),
            Prefix + "this kernel has no time namespaces (CONFIG_TIME_NS, since Linux 5.6)");
    }

    // If such a kernel creates a child in another time namespace that shares memory, it returns EINVAL. A kernel whose exec enters the namespace does
    // not.
    [Theory(Timeout = Limits.Test)]
    [InlineData(NamespaceUser.Root)]
    [InlineData(NamespaceUser.Other)]
    public async Task Kernel_whose_exec_does_not_enter_is_named(string who)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(who);
        await RefusesAsync(
            await FilteredAsync(user, Clone, PidDescriptor, Einval),
            "virttime-run: time namespace: before Linux 6.2 only a child process can enter it, so the command would get another process id; "
                + "use unshare --time --fork, or --backend preload");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Filter_that_denies_the_question_is_named()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        await RefusesAsync(
            await FilteredAsync(user, Clone, PidDescriptor, Eperm),
            Prefix + "a seccomp filter (containers have one) denies clone, by which virttime-run tests how the kernel enters one (operation not permitted)");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task User_without_a_number_is_told_so()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        await RefusesAsync(
            user.Run("unshare", "--user", user.Launcher, "--backend", "namespace", "--", "true"),
            Prefix + "this user or its group is not mapped in its user namespace, and so cannot create another one; map it (unshare --map-root-user)");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(NamespaceUser.Root)]
    [InlineData(NamespaceUser.Other)]
    public async Task Proc_that_is_read_only_is_named(string who)
    {
        await Needs.MountsAsync();
        using NamespaceUser user = await NamespaceUser.OfAsync(who);
        Command launch = user.Launch("--backend", "namespace", "--", "true");
        string[] mount = ["--mount", "sh", "-c", "mount -o remount,ro,bind /proc && exec \"$@\"", "sh"];
        await RefusesAsync(
            Command.Of("unshare", [.. mount, launch.File, .. launch.Arguments]),
            Prefix + "/proc is mounted read-only, but its clocks are set through /proc; mount it writable");
    }

    // To find out how the kernel enters a time namespace, the launcher asks it for a child that is never created. A limit of processes does not
    // matter.
    [Fact(Timeout = Limits.Test)]
    public async Task No_other_process_is_needed()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string program = await user.StaticAsync();
        string[] launch = [user.Launcher, "--backend", "namespace", "--monotonic-at=5", "--", program];
        Result result = await user.Run(["bash", "-c", "ulimit -u 1; exec \"$0\" \"$@\"", .. launch]).RunAsync();
        Limits.AssertJustAfter(5, result.Succeeded().Number("clock"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("65534:65534", true, "the kernel creates no user namespace for a process in a chroot; use pivot_root, as containers do")]
    [InlineData("0:0", true, null)]
    [InlineData("0:0", false, "virttime-run: /proc/self/timens_offsets: no such file or directory; mount /proc, or use --backend preload")]
    [InlineData("65534:65534", false, "/proc is not mounted, but its clocks are set through /proc; mount it")]
    public async Task Chroot_is_named(string user, bool hasProc, string? reason)
    {
        await Needs.MountsAsync();
        using NamespaceUser files = await NamespaceUser.OfAsync(NamespaceUser.Root);
        string program = await files.StaticAsync();
        string root = Path.GetDirectoryName(program)!;
        string mount = hasProc ? "mount -t proc proc \"$0/proc\"" : "true";
        Directory.CreateDirectory(Path.Combine(root, "proc"));
        Command command = Command.Of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            $"{mount} && exec chroot --userspec={user} \"$0\" /virttime-run --backend namespace --monotonic-at=5 -- /static",
            root);
        if (reason is null)
            Limits.AssertJustAfter(5, (await command.RunAsync()).Succeeded().Number("clock"));
        else
            await RefusesAsync(command, reason.StartsWith("virttime-run: ", StringComparison.Ordinal) ? reason : Prefix + reason);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Root_who_may_not_name_itself_in_a_user_namespace_is_told_so()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Root);
        await RefusesAsync(
            user.Run("setpriv", "--bounding-set=-sys_admin,-setfcap", user.Launcher, "--backend", "namespace", "--", "true"),
            "virttime-run: /proc/self/uid_map: a time namespace needs CAP_SYS_ADMIN and CAP_SYS_TIME, and a user namespace of root's needs CAP_SETFCAP");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-offset=+60000d", "--monotonic-offset")]
    [InlineData("--monotonic-at=4611686018", "--monotonic-at")]
    [InlineData("--boottime-at=4611686018", "--boottime-at")]
    public async Task Clock_that_is_too_far_for_the_kernel_is_refused(string option, string name)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        await RefusesAsync(
            user.Launch("--backend", "namespace", option, "--", "true"),
            $"virttime-run: {name}: too far: a clock of a time namespace cannot go beyond 4611686018 s (146 years); use --backend preload");
        string nearer = name.Replace("offset", "at", StringComparison.Ordinal) + "=4611686000";
        (await user.Launch("--backend", "namespace", nearer, "--", "true").RunAsync()).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Boottime_clock_below_zero_is_refused()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Root);
        string[] outer = ["unshare", "--time", "--monotonic", "1000000", user.Launcher];
        const string Reason = "CLOCK_BOOTTIME would be below zero, which no clock can be; give --boottime-at or --boottime-offset";
        await RefusesAsync(
            user.Run([.. outer, "--backend", "namespace", "--monotonic-at=0", "--", "true"]), "virttime-run: --monotonic-at: " + Reason);
        await RefusesAsync(user.Run([.. outer, "--backend", "namespace", "--", "true"]), "virttime-run: --backend: " + Reason);
    }

    private static async Task<Command> FilteredAsync(NamespaceUser user, string call, string flag, string error)
    {
        string filter = user.Copy(await NativeProgram.BuildAsync("launcher/refuse_flag.c"));
        return user.Run(filter, call, flag, error, user.Launcher, "--backend", "namespace", "--", "true");
    }

    private static async Task RefusesAsync(Command command, string message)
    {
        Result result = await command.RunAsync();
        Assert.Equal(message, Assert.Single(result.ErrorLines));
        Assert.Equal(125, result.ExitCode);
        Assert.Empty(result.Output);
    }
}
