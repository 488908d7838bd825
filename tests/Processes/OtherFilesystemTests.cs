using Microsoft.Win32.SafeHandles;
using VirtTime.Processes;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Processes;

/// <summary>Filesystems on which <c>stat</c> and <c>maps</c> show different device numbers for the same file.</summary>
public class OtherFilesystemTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task File_on_overlayfs_is_known_again()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        foreach (string name in (string[])["lower", "upper", "work", "all"])
            Directory.CreateDirectory(directory.File(name));
        await File.WriteAllBytesAsync(directory.File("lower/conf"), new byte[64], TestContext.Current.CancellationToken);
        string layers = $"lowerdir={directory.File("lower")},upperdir={directory.File("upper")},workdir={directory.File("work")}";
        string mount = $"mount -t overlay -o {layers} overlay {directory.File("all")}";
        using MappingProgram program = await StartInsideAsync(mount, directory.File("all/conf"), "rw");
        Assert.Equal(program.ProcessId, Assert.Single(UsersInside(program, directory.File("all/conf")).Users).ProcessId);

        // The file in the lower layer is another file.
        Assert.Empty(UsersInside(program, directory.File("lower/conf")).Users);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Files_of_two_subvolumes_of_a_Btrfs_are_told_apart()
    {
        await Needs.MountsAsync();
        Needs.Tool("mkfs.btrfs");
        using TemporaryDirectory directory = new();
        Directory.CreateDirectory(directory.File("all"));
        await using (FileStream image = File.Create(directory.File("image")))
            image.SetLength(256 << 20);
        (await Command.Of("mkfs.btrfs", "-q", directory.File("image")).RunAsync()).Succeeded();
        string all = directory.File("all");
        string mount = $"mount -o loop {directory.File("image")} {all}";
        string fill = $"for i in a b; do btrfs -q subvolume create {all}/$i && truncate -s 64 {all}/$i/conf || exit 1; done";
        Result probe = await Command.Of("unshare", "--mount", "sh", "-c", $"{mount} && {fill} && stat -c inode=%i {all}/*/conf").RunAsync();
        Assert.SkipUnless(probe.ExitCode == 0, "needs to mount a Btrfs: " + probe.Error.Trim());
        Assert.Single(probe.Lines.Distinct());

        using MappingProgram program = await StartInsideAsync(mount, directory.File("all/a/conf"), "rw");
        Assert.Equal(program.ProcessId, Assert.Single(UsersInside(program, directory.File("all/a/conf")).Users).ProcessId);
        Assert.Empty(UsersInside(program, directory.File("all/b/conf")).Users);
    }

    // The mounts are in a mount namespace of their own, so that none is left behind.
    private static Task<MappingProgram> StartInsideAsync(string mount, string file, string mode) => MappingProgram.StartAsync(
        command => Command.Of("unshare", ["--mount", "sh", "-c", mount + " && exec \"$0\" \"$@\"", command.File, .. command.Arguments]),
        file,
        mode);

    private static ConfigUsers UsersInside(MappingProgram program, string path)
    {
        using SafeFileHandle file = File.OpenHandle($"/proc/{program.ProcessId}/root{path}");
        return ConfigUsersTests.UsersOf(file);
    }
}
