using System.Globalization;
using System.Net;
using System.Net.Sockets;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Product;

/// <summary>Three redis nodes, a primary and two replicas, each with a date of its own by <c>scripts/cluster/skewed-node.sh</c>.</summary>
public class SkewedNodeTests
{
    private const string Offset = "3600";
    private const string Drift = "400000";
    private const int Nodes = 3;

    [Fact(Timeout = Limits.Test)]
    public async Task Nodes_run_on_dates_that_differ_and_drift_and_replicate_all_the_same()
    {
        using TemporaryDirectory directory = new();
        int[] ports = [.. Enumerable.Range(0, Nodes).Select(_ => FreePort())];
        List<RunningProgram> nodes = [];
        try
        {
            for (int i = 0; i < Nodes; i++)
                nodes.Add(Start(directory, i, ports));
            foreach (int port in ports)
                await AnswersAsync(port, "ping", "PONG");

            // Each node's own TIME is the date of its config file, now and after it has drifted.
            await AssertDatesAsync(directory, ports);
            await Task.Delay(1500, TestContext.Current.CancellationToken);
            await AssertDatesAsync(directory, ports);
            StateJson[] states = await Task.WhenAll(Enumerable.Range(0, Nodes).Select(i => StateJson.OfAsync("--config", Config(directory, i))));
            Assert.Equal(Nodes, states.Select(state => state.Rate).Where(rate => rate is not null).Distinct().Count());

            // A bump, and a strobe.
            (await Command.Launcher("--config", Config(directory, 1), "--realtime-offset=+500s").RunAsync()).Succeeded();
            await AssertDatesAsync(directory, ports);
            for (int i = 0; i < 10; i++)
                (await Command.Launcher("--config", Config(directory, 2), "--realtime-offset", $"{i % 2 * 200}ms").RunAsync()).Succeeded();
            await AssertDatesAsync(directory, ports);

            await CliAsync(ports[0], "set", "key", "value");
            foreach (int port in ports)
                await AnswersAsync(port, "get key", "value");

            // A node that crashes continues on its clock.
            decimal before = await TimeAsync(ports[2]);
            nodes[2].Dispose();
            nodes[2] = Start(directory, 2, ports);
            await AnswersAsync(ports[2], "ping", "PONG");
            Assert.InRange(await TimeAsync(ports[2]) - before, 0, 60);
            await AnswersAsync(ports[2], "get key", "value");
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
        }
    }

    private static string Config(TemporaryDirectory directory, int node) => directory.File($"node{node}.conf");

    private static RunningProgram Start(TemporaryDirectory directory, int node, int[] ports)
    {
        string home = Directory.CreateDirectory(directory.File($"node{node}")).FullName;
        string program = Path.Combine(home, "redis-server");
        if (!File.Exists(program))
        {
            File.Copy(Path.Combine(Paths.Root, "scripts/cluster/skewed-node.sh"), program);
            File.CreateSymbolicLink(program + ".real", Needs.Tool("redis-server"));
        }

        string[] common = ["--port", $"{ports[node]}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", home, "--repl-diskless-sync-delay", "0"];
        string[] replica = node == 0 ? [] : ["--replicaof", "127.0.0.1", $"{ports[0]}"];
        return (Command.Of(program, [.. common, .. replica]) with { Limit = TimeSpan.FromSeconds(110) })
            .With("PATH", Path.GetDirectoryName(Paths.Launcher) + ":" + Environment.GetEnvironmentVariable("PATH"))
            .With("VIRTTIME_SKEW_CONFIG", Config(directory, node))
            .With("VIRTTIME_SKEW_OFFSET", Offset)
            .With("VIRTTIME_SKEW_PPM", Drift)
            .Start();
    }

    private static async Task AssertDatesAsync(TemporaryDirectory directory, int[] ports)
    {
        for (int i = 0; i < Nodes; i++)
        {
            decimal before = await DateAsync(Config(directory, i));
            decimal read = await TimeAsync(ports[i]);

            // redis reads its clock up to a tenth of a second before it answers.
            Assert.InRange(read, before - 1, await DateAsync(Config(directory, i)));
        }
    }

    private static async Task<decimal> DateAsync(string config) =>
        (await Command.Of("date", "+now=%s.%N").With("LD_PRELOAD", Paths.Library).With("VIRT_TIME_CONF", config).RunAsync()).Succeeded().Number("now");

    private static async Task<decimal> TimeAsync(int port)
    {
        string[] time = (await CliAsync(port, "time")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return decimal.Parse(time[0], CultureInfo.InvariantCulture) + (decimal.Parse(time[1], CultureInfo.InvariantCulture) / 1_000_000);
    }

    private static async Task<string> CliAsync(int port, params string[] arguments) =>
        (await Command.Of(Needs.Tool("redis-cli"), ["-h", "127.0.0.1", "-p", $"{port}", .. arguments]).RunAsync()).Output.Trim();

    private static async Task AnswersAsync(int port, string command, string expected)
    {
        string answer = "";
        for (int i = 0; i < 300 && answer != expected; i++)
        {
            answer = await CliAsync(port, command.Split(' '));
            if (answer != expected)
                await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(expected, answer);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
