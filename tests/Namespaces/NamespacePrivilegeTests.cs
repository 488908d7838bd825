using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>In a user namespace, a command keeps its capabilities and securebits. They count only inside that namespace.</summary>
public class NamespacePrivilegeTests
{
    private static readonly string[] s_become = ["setpriv", "--reuid=" + NamespaceUser.Id, "--regid=" + NamespaceUser.GroupId, "--clear-groups"];

    [Fact(Timeout = Limits.Test)]
    public async Task Sets_and_bits_stay_the_same_and_a_warning_names_what_counts_no_more()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Root);
        string[] privileges =
        [
            "--inh-caps=+net_bind_service,+kill", "--ambient-caps=+net_bind_service", "--bounding-set=-mknod,-sys_module",
            "--securebits=+no_setuid_fixup,+no_setuid_fixup_locked",
        ];
        string[] show = ["sh", "-c", "grep ^Cap /proc/self/status; setpriv --dump | grep Securebits"];
        Result natively = (await user.Run([.. s_become, .. privileges, .. show]).RunAsync()).Succeeded();
        string[] launch = [user.Launcher, "--backend", "namespace", "--monotonic-at=5", "--"];
        Result inside = (await user.Run([.. s_become, .. privileges, .. launch, .. show]).With("XDG_RUNTIME_DIR", null).RunAsync()).Succeeded();
        Assert.Contains("no_setuid_fixup_locked", natively.Output, StringComparison.Ordinal);
        Assert.Equal(natively.Lines, inside.Lines);
        Assert.Equal(
            "virttime-run: warning: --backend: the command's privileges (cap_net_bind_service) have no effect outside of its user namespace; "
                + "--backend preload keeps them",
            Assert.Single(inside.ErrorLines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Ordinary_user_has_none_and_is_not_warned()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        Result result = (await user.Launch("--backend", "namespace", "--monotonic-at=5", "--", "grep", "^CapEff", "/proc/self/status").RunAsync()).Succeeded();
        Assert.Equal("CapEff:\t0000000000000000", Assert.Single(result.Lines));
        Assert.Empty(result.Error);
    }
}
