using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>The directory of private config files is created, repaired, or refused with the reason.</summary>
public class PrivateDirectoryTests
{
    private const UnixFileMode OwnerOnly = (UnixFileMode)0b111_000_000;
    private const UnixFileMode Public = (UnixFileMode)0b111_101_101;

    [Theory(Timeout = Limits.Test)]
    [InlineData("0177")]
    [InlineData("0777")]
    [InlineData("0000")]
    public async Task Umask_does_not_spoil_it(string umask)
    {
        using TemporaryDirectory directory = new();
        Result result = await ShellAsync(directory, $"umask {umask}; \"$0\" --monotonic-at 5s -- sh -c umask; \"$0\" -- true");
        Assert.Equal(umask + "\n", result.Succeeded().Output);
        Assert.Empty(result.Error);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(directory.File("virttime")));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("0600")]
    [InlineData("0000")]
    [InlineData("0755")]
    [InlineData("0777")]
    public async Task Mode_of_ones_own_is_repaired(string mode)
    {
        Needs.Root();
        using Targets targets = new();
        Inspector nobody = await Inspector.OfNobodyAsync(targets);
        string own = targets.File("runtime/virttime");
        (await Command.Of("install", "-d", "-o", "65534", "-g", "65534", "-m", mode, own).RunAsync()).Succeeded();
        Command launch = nobody.Launcher with { Arguments = nobody.Launcher.Arguments.AddRange(["--", "printenv", "VIRT_TIME_CONF"]) };
        Result result = (await launch.RunAsync()).Succeeded();
        Assert.StartsWith(own + "/", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(own));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Every_place_is_named_with_its_reason()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        string script =
            """
            mount -t tmpfs none /dev/shm
            cp "$0" "$(dirname "$0")/libvirttime.so" /dev/shm
            cd /dev/shm
            mkdir runtime virttime-0
            : >runtime/virttime
            chown 65534 virttime-0
            mount -o remount,ro /dev/shm
            mount -t tmpfs none /tmp
            mkdir /tmp/virttime-0
            mount -t tmpfs -o ro none /tmp/virttime-0
            mount -o remount,ro /tmp
            XDG_RUNTIME_DIR=/dev/shm/runtime ./virttime-run --monotonic-at 5s -- true
            """;
        Result result = await ShellAsync(directory, script, "unshare", "--mount");
        Assert.Equal(125, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("virttime-run: config file: no directory can hold a private one (", line, StringComparison.Ordinal);
        Assert.Contains("/dev/shm/runtime/virttime: is not a directory; ", line, StringComparison.Ordinal);
        Assert.Contains("/dev/shm/virttime-0: belongs to another user; ", line, StringComparison.Ordinal);
        Assert.Contains("/tmp/virttime-0: read-only file system); give --config FILE", line, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Directory_of_another_user_is_passed_over()
    {
        Needs.Root();
        using TemporaryDirectory directory = new TemporaryDirectory().Public();
        (await Command.Of("chown", "65534", directory.Path).RunAsync()).Succeeded();
        Result result = (await ShellAsync(directory, "\"$0\" -- printenv VIRT_TIME_CONF")).Succeeded();
        Assert.StartsWith("/dev/shm/virttime-0/", result.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
        Assert.Equal(Public, File.GetUnixFileMode(directory.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Names_that_another_user_has_taken_are_replaced_by_one_that_cannot_be_guessed()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        string script =
            """
            cp "$0" "$(dirname "$0")/libvirttime.so" .
            mount -t tmpfs none /dev/shm
            mount -t tmpfs none /tmp
            for place in /dev/shm /tmp; do
                mkdir $place/virttime-0 $place/virttime-0.0
                chown 65534 $place/virttime-0 $place/virttime-0.0
            done
            : >/dev/shm/virttime-0.1
            ln -s /tmp /dev/shm/virttime-0.2
            for i in 1 2 3; do XDG_RUNTIME_DIR= ./virttime-run -- printenv VIRT_TIME_CONF; done
            """;
        string inside = $"mkdir -p /run/virttime-test && mount -t tmpfs none /run/virttime-test && cd /run/virttime-test\n{script}";
        Result result = (await ShellAsync(directory, inside, "unshare", "--mount")).Succeeded();
        string[] places = [.. result.Lines.Select(line => line[..line.LastIndexOf('/')])];
        Assert.Equal(3, places.Length);
        Assert.Matches("^/dev/shm/virttime-0\\.[0-9a-f]{32}$", Assert.Single(places.Distinct()));
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Symbolic_link_of_another_user_is_not_followed()
    {
        Needs.Root();
        using TemporaryDirectory directory = new TemporaryDirectory().Public();
        string script =
            """
            mkdir own
            ln -s own foreign; chown -h 65534 foreign
            ln -s own mine
            XDG_RUNTIME_DIR=$PWD/foreign "$0" -- printenv VIRT_TIME_CONF
            ls own
            XDG_RUNTIME_DIR=$PWD/mine "$0" -- printenv VIRT_TIME_CONF
            """;
        Result result = (await ShellAsync(directory, script)).Succeeded();
        Assert.StartsWith("/dev/shm/virttime-0/", result.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith(directory.Path + "/mine/virttime/", result.Lines[1], StringComparison.Ordinal);
    }

    private static Task<Result> ShellAsync(TemporaryDirectory runtime, string script, params string[] through)
    {
        string[] command = [.. through, "sh", "-euc", script, Paths.Launcher];
        return (Command.Of(command[0], command[1..]) with { WorkingDirectory = runtime.Path }).With("XDG_RUNTIME_DIR", runtime.Path).RunAsync();
    }
}
