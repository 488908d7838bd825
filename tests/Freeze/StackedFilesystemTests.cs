using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>
/// A config file on overlayfs, the usual root filesystem of a container. There the kernel grants a lease although other processes have the file
/// mapped.
/// </summary>
public class StackedFilesystemTests
{
    private const string Mount = """
        cd "$1"; run=$2 wait=$3 script=$5
        mkdir base
        case $4 in
            tmpfs) mount -t tmpfs none base ;;
            ext4) truncate -s 256M image; mkfs.ext4 -q image; mount -o loop image base ;;
        esac
        mkdir base/lower base/upper base/work all
        mount -t overlay -o lowerdir=base/lower,upperdir=base/upper,workdir=base/work overlay all
        conf=$PWD/all/conf
        begin() {
            "$run" --config "$conf" "$@" -- "$wait" clock_nanosleep 3600000 >said &
            pid=$!
            for i in $(seq 300); do ! "$run" --pid $pid --json 2>/dev/null | grep -q '"thread"' || return 0; sleep 0.1; done
            return 1
        }

        """;

    [Theory(Timeout = Limits.Test)]
    [InlineData("tmpfs")]
    [InlineData("ext4")]
    public async Task Call_in_flight_is_moved(string below)
    {
        Result result = await RunAsync(below, """
            begin --monotonic-at 1h
            "$run" --config "$conf" --advance 61m
            wait $pid
            cat said
            """);
        Assert.Contains("error=0", result.Succeeded().Lines);
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Deadline_outside_the_file_is_not_forgotten_while_its_process_lives()
    {
        Result result = await RunAsync("tmpfs", """
            begin --monotonic-at 1h
            # Set the flag that a process sets if it keeps a deadline outside the file (HasUnmovableCalls).
            printf '\10' | dd of="$conf" bs=1 seek=67112972 conv=notrunc status=none
            "$run" --config "$conf" --monotonic-at 2h --no-freeze || echo "status=$?"
            kill $pid
            """);
        Assert.Equal("status=125", Assert.Single(result.Lines));
        Assert.Contains("has a wait whose deadline cannot be moved", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("tmpfs")]
    [InlineData("ext4")]
    public async Task Restoring_does_not_write_over_a_file_that_a_program_uses(string below)
    {
        Result result = await RunAsync(below, """
            begin --monotonic-at 1h
            mkdir images
            echo 1 >images/inventory.img
            export CRTOOLS_INIT_PID=$pid CRTOOLS_IMAGE_DIR=$PWD/images VIRTTIME_CRIU_CONFIG=$conf VIRTTIME_RUN=$run
            CRTOOLS_SCRIPT_ACTION=post-dump "$script"
            CRTOOLS_SCRIPT_ACTION=pre-restore "$script" && echo "written over"
            kill $pid
            wait $pid || echo ended
            CRTOOLS_SCRIPT_ACTION=pre-restore "$script" && echo restored
            """);
        Assert.Equal(["ended", "restored"], result.Succeeded().Lines);

        // The shell may also print that the program was terminated.
        Assert.Contains("a running program uses it", result.Error, StringComparison.Ordinal);
    }

    private static async Task<Result> RunAsync(string below, string script)
    {
        await Needs.MountsAsync();
        if (below == "ext4")
            Needs.Tool("mkfs.ext4");
        using TemporaryDirectory directory = new();
        string wait = await NativeProgram.BuildAsync("slot_wait.c");
        string action = Path.Combine(Paths.Root, "scripts", "criu-action.sh");
        string[] arguments = ["--mount", "sh", "-euc", Mount + script, "sh", directory.Path, Paths.Launcher, wait, below, action];
        Result result = await Command.Of("unshare", arguments).RunAsync();
        Assert.SkipWhen(result.Error.Contains("mount:", StringComparison.Ordinal), "needs to mount: " + result.Error.Trim());
        return result;
    }
}
