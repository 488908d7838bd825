using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The scripts of <c>scripts/cluster</c>, run as an ordinary user's job by a Slurm with two nodes on this machine.</summary>
public class ClusterTests
{
    private const string Step = """echo "rank=$SLURM_PROCID node=$SLURMD_NODENAME clock=$("$PROGRAMS/watch_clock" </dev/null | sed s/clock=//) file=$VIRT_TIME_CONF" """;

    // Waits for the ranks' lines: the test reads them between two steps of the job, while it runs.
    private const string WaitForLines = "wait_for() { for i in $(seq 150); do [ \"$(grep -c rank= log)\" != $1 ] || return 0; sleep 0.1; done; cat log >&2; exit 1; }\n";

    [Fact(Timeout = Limits.Test)]
    public async Task All_ranks_of_a_job_see_one_clock_which_is_set_from_outside()
    {
        using Cluster cluster = await Cluster.CreateAsync();
        Result result = await cluster.RunAsync(WaitForLines +
            $$"""
            cat >step <<'END'
            #!/bin/sh
            {{Step}}
            until [ -e go ]; do sleep 0.1; done
            {{Step}}
            END
            chmod +x step
            job=$(sbatch --parsable --output=log job.sh 12345 ./step)
            wait_for 4
            adjust.sh "$job" --monotonic-since "@$(($(date +%s) - 70000))"
            touch go
            while [ -n "$(squeue --noheader)" ]; do sleep 0.1; done
            cat log
            echo "left=$(ls /dev/shm)"
            """);
        Rank[] ranks = Ranks(result);
        Assert.Equal(8, ranks.Length);
        AssertOneClock(12345, ranks[..4]);
        AssertOneClock(70000, ranks[4..]);
        Assert.Equal(["node1", "node2"], ranks.Select(rank => rank.Node).Distinct().Order());
        Assert.Equal("", result.Value("left"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Ranks_that_race_end_with_one_file()
    {
        using Cluster cluster = await Cluster.CreateAsync();
        Result result = await cluster.RunAsync(
            $$"""
            cat >step <<'END'
            #!/bin/sh
            {{Step}}
            END
            chmod +x step
            export VIRTTIME_OPTIONS="--monotonic-since @$(($(date +%s) - 12345))"
            srun --ntasks=12 --task-prolog="$PWD/task-prolog.sh" ./step
            echo "left=$(ls /dev/shm)"
            """);
        Rank[] ranks = Ranks(result);
        Assert.Equal(12, ranks.Length);
        AssertOneClock(12345, ranks);
        Assert.Equal("/dev/shm/" + result.Value("left"), ranks[0].File);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Rank_whose_clock_cannot_be_set_does_not_run()
    {
        using Cluster cluster = await Cluster.CreateAsync();
        Result result = await cluster.RunAsync(
            """
            status=0
            VIRTTIME_OPTIONS='--monotonic-since never' srun --task-prolog="$PWD/task-prolog.sh" echo ran || status=$?
            echo "status=$status"
            srun --task-prolog="$PWD/task-prolog.sh" printenv VIRT_TIME_CONF || echo "without=$?"
            """);
        Assert.DoesNotContain("ran", result.Lines);
        Assert.Equal(125, result.Number("status"));
        Assert.Equal(1, result.Number("without"));
    }

    private static void AssertOneClock(decimal start, Rank[] ranks)
    {
        Assert.Single(ranks.Select(rank => rank.File).Distinct());
        Assert.Equal(ranks.Length, ranks.Select(rank => rank.Number).Distinct().Count());
        Assert.All(ranks, rank => Limits.AssertJustAfter(start, rank.Clock));
    }

    private static Rank[] Ranks(Result result) =>
        [.. result.Lines.Where(line => line.StartsWith("rank=", StringComparison.Ordinal))
            .Select(line => line.Split(' ').Select(word => word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..]).ToArray())
            .Select(values => new Rank(values[0], values[1], decimal.Parse(values[2], CultureInfo.InvariantCulture), values[3]))];

    private sealed record Rank(string Number, string Node, decimal Clock, string File);

    private sealed class Cluster : IDisposable
    {
        private readonly TemporaryDirectory _state = new TemporaryDirectory().Public();
        private readonly TemporaryDirectory _home = new TemporaryDirectory().Public();

        private Cluster()
        {
        }

        public static async Task<Cluster> CreateAsync()
        {
            Needs.FullRun();
            await Needs.MountsAsync();
            foreach (string tool in (string[])["munged", "slurmctld", "slurmd", "srun", "sbatch", "ip", "setpriv"])
                Needs.Tool(tool);
            Cluster cluster = new();
            foreach (string script in Directory.GetFiles(Path.Combine(Paths.Root, "scripts", "cluster")))
                cluster._home.Copy(script);
            foreach (string path in (string[])[Paths.Launcher, Paths.Library, await NativeProgram.BuildAsync("watch_clock.c")])
                cluster._home.Copy(path);
            File.SetUnixFileMode(cluster._home.Path, (UnixFileMode)0b111_111_111);
            return cluster;
        }

        public async Task<Result> RunAsync(string script)
        {
            string start = Path.Combine(Paths.Programs, "cluster", "slurm.sh");
            Command command = Command.Of("sh", start, _state.Path, "sh", "-euc", script) with
            {
                WorkingDirectory = _home.Path,
                Limit = TimeSpan.FromSeconds(90),
            };
            command = command.With("PATH", $"{_home.Path}:{Environment.GetEnvironmentVariable("PATH")}").With("PROGRAMS", _home.Path);
            return (await command.RunAsync()).Succeeded();
        }

        public void Dispose()
        {
            _state.Dispose();
            _home.Dispose();
        }
    }
}
