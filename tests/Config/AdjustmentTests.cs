using System.Buffers.Binary;
using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Config;

/// <summary>A change of the offsets happens completely or not at all, whatever the file holds and whichever step fails.</summary>
public class AdjustmentTests
{
    private const int MostStores = 120;

    // A mark is the clock's id + 1. Mark 0 also means the monotonic clock.
    private const int BoottimeMark = 8;
    private const int RealtimeMark = 1;

    // No system call is made more often than this during a change.
    private const int MostCalls = 24;

    private static readonly (int Thread, int Mark, decimal Deadline)[] s_waits =
        [(5, 0, 100_000_000), (6, 2, 200_000_000.5m), (200, BoottimeMark, 300_000_000.25m), (201, RealtimeMark, 4_000_000_000.125m)];

    [Fact(Timeout = Limits.Test)]
    public async Task Millions_of_slots_need_no_memory_of_their_own()
    {
        const int Count = 2_000_000;
        const int LimitInKilobytes = 400_000;
        using Harness.ConfigFile config = Harness.ConfigFile.Create(-5);
        WriteSlots(config.Path, Count, 77_777);
        decimal before = config.Offset;
        string script = $"ulimit -v {LimitInKilobytes}; exec \"$@\"";
        string[] launch = [Paths.Launcher, "--config", config.Path, "--monotonic-offset", "+1000s"];
        Result result = (await Command.Of("sh", ["-c", script, "sh", .. launch]).RunAsync()).Succeeded();
        Assert.Empty(result.Error);
        Assert.Equal(-1000, config.Offset);
        Assert.All([0, 1, 254, 255, 256, 4095, 4096, Count / 2, Count - 1], thread =>
            Assert.Equal(77_777 + config.Offset - before, config.Slot(thread)));
        Assert.Equal(0, config.Slot(Count));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("pread64", "error=EIO", true)]
    [InlineData("pread64", "retval=0", true)]
    [InlineData("fallocate", "error=ENOSPC", true)]
    [InlineData("fallocate", "error=EDQUOT", true)]
    [InlineData("madvise", "error=EFAULT", false)]
    [InlineData("mmap", "error=ENOMEM", true)]
    [InlineData("flock", "error=ENOLCK", true)]
    public async Task What_fails_fails_before_anything_is_changed(string call, string injected, bool isByPath)
    {
        string strace = Needs.Tool("strace");
        using TemporaryDirectory directory = new();
        string log = directory.File("log");
        int failed = 0;
        bool isMade = true;
        for (int number = 1; isMade && number <= MostCalls; number++)
        {
            using Harness.ConfigFile config = await MakeWaitsAsync();
            byte[] before = await ReadAsync(config.Path);
            string[] path = isByPath ? ["-P", config.Path] : [];
            string[] options = ["-o", log, .. path, "-e", $"inject={call}:{injected}:when={number}"];
            Result result = await Command.Of(strace, [.. options, Paths.Launcher, .. Adjust(config.Path)]).RunAsync();
            isMade = (await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken)).Contains("(INJECTED)", StringComparison.Ordinal);

            // If the launcher succeeds, the change does not depend on this call, or the call is made fewer times than `number`.
            AssertWaitsAreWhole(config);
            if (result.ExitCode == 0)
                continue;
            failed++;
            Assert.StartsWith("virttime-run: --config ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
            Assert.Equal(before, await ReadAsync(config.Path));
        }

        Assert.InRange(failed, 1, MostCalls - 1);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Full_disk_leaves_the_file_as_it_was()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        const string Script = """
            set -e; mount -t tmpfs -o size=64k none "$1"; cd "$1"
            truncate -s 71311360 conf
            { dd if=/dev/zero of=fill bs=4k || true; } 2>/dev/null
            before=$(sha256sum conf)
            "$2" --config conf --monotonic-at 5s && exit 1
            [ "$before" = "$(sha256sum conf)" ]
            rm fill
            exec "$2" --config conf --monotonic-at 5s
            """;
        Result result = (await Command.Of("unshare", "--mount", "sh", "-c", Script, "sh", directory.Path, Paths.Launcher).RunAsync()).Succeeded();
        Assert.Contains("no space left", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Marks_without_a_place_on_a_full_disk_are_not_needed()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        const string Script = """
            set -e; mount -t tmpfs -o size=64k none "$1"; cd "$1"
            "$2" --config conf --monotonic-offset=-5s
            printf '\1\0\0\0\0\0\0\0' | dd of=conf bs=1 seek=96 conv=notrunc 2>/dev/null
            { dd if=/dev/zero of=fill bs=4k || true; } 2>/dev/null
            exec "$2" --config conf --monotonic-offset=-8s
            """;
        (await Command.Of("unshare", "--mount", "sh", "-c", Script, "sh", directory.Path, Paths.Launcher).RunAsync()).Succeeded();
    }

    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Next_launcher_completes_what_a_killed_one_began()
    {
        string killer = await NativeProgram.BuildAsync("config/kill_at_store.c");
        int unfinished = 0;
        for (int number = 1; number < MostStores; number++)
        {
            using Harness.ConfigFile config = await MakeWaitsAsync();
            Command kill = Command.Of(killer, [$"{number}", config.Path, Paths.Launcher, .. Adjust(config.Path)]);
            Result killed = await kill.RunAsync();
            unfinished += ConfigOnDisk.Read(config.Path).IsBeingChanged ? 1 : 0;

            // Another change completes the unfinished one, and so does a command that is to run with the file.
            string[] next = number % 2 == 0 ? ["--monotonic-offset", "-77.5s"] : ["--", "true"];
            Assert.Empty((await Command.Launcher(["--config", config.Path, .. next]).RunAsync()).Succeeded().Error);
            AssertWaitsAreWhole(config);
            if (killed.ExitCode != 0)
            {
                Assert.Equal(1, killed.ExitCode);
                Assert.InRange(unfinished, 10, MostStores);
                return;
            }
        }

        Assert.Fail("it never ended");
    }

    // With --force and --no-freeze the launcher does not look for processes that have the file mapped. Its system calls and stores are then only
    // those of the change.
    private static string[] Adjust(string path) =>
    [
        "--force", "--no-freeze", "--config", path, "--monotonic-offset", "+34560000.123456789s", "--boottime-offset", "+12345.987654321s",
        "--realtime-offset", "-77777.456789123s",
    ];

    /// <summary>Makes a file with calls in flight on clocks of all families.</summary>
    private static async Task<Harness.ConfigFile> MakeWaitsAsync()
    {
        Harness.ConfigFile config = Harness.ConfigFile.Create(-5);
        string[] clocks = ["--monotonic-offset", "+100s", "--boottime-offset", "+200s", "--realtime-offset", "+300s"];
        (await Command.Launcher(["--config", config.Path, .. clocks]).RunAsync()).Succeeded();
        using FileStream file = File.OpenWrite(config.Path);
        foreach ((int thread, int mark, decimal deadline) in s_waits)
        {
            decimal host = deadline + OffsetOf(config.Path, mark);
            decimal whole = Math.Floor(host);
            config.WriteRaw(ConfigLayout.SlotsPosition + (thread * ConfigLayout.SlotSize), (long)whole, (long)((host - whole) * 1_000_000_000));
            RandomAccess.Write(file.SafeFileHandle, [(byte)mark], ConfigLayout.SlotClocksPosition + thread);
        }

        return config;
    }

    private static void AssertWaitsAreWhole(Harness.ConfigFile config)
    {
        ConfigOnDisk.Read(config.Path).AssertWhole();
        Assert.All(s_waits, wait => Assert.Equal(wait.Deadline, config.Slot(wait.Thread) - OffsetOf(config.Path, wait.Mark)));
    }

    private static decimal OffsetOf(string path, int mark)
    {
        ConfigOnDisk disk = ConfigOnDisk.Read(path);
        VirtTime.Format.timespec offset = mark switch
        {
            BoottimeMark => disk.Extension.boottime_offset,
            RealtimeMark => disk.Extension.realtime_offset,
            _ => disk.Offset,
        };
        return offset.tv_sec + (offset.tv_nsec / 1_000_000_000m);
    }

    private static void WriteSlots(string path, int count, long seconds)
    {
        byte[] slots = new byte[count * ConfigLayout.SlotSize];
        for (int i = 0; i < count; i++)
            BinaryPrimitives.WriteInt64LittleEndian(slots.AsSpan(i * ConfigLayout.SlotSize), seconds);
        using FileStream file = File.OpenWrite(path);
        RandomAccess.Write(file.SafeFileHandle, slots, ConfigLayout.SlotsPosition);
    }

    // Only these parts of the file hold data.
    private static async Task<byte[]> ReadAsync(string path)
    {
        byte[] data = new byte[2 * 8192];
        using FileStream file = File.OpenRead(path);
        await RandomAccess.ReadAsync(file.SafeFileHandle, data.AsMemory(0, 8192), 0, TestContext.Current.CancellationToken);
        await RandomAccess.ReadAsync(file.SafeFileHandle, data.AsMemory(8192), ConfigLayout.ExtensionPosition, TestContext.Current.CancellationToken);
        return data;
    }
}
