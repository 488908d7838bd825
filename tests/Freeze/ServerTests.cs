using System.Net.Sockets;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>A web server whose clock is moved while clients send requests without a pause.</summary>
public class ServerTests
{
    private const int Moves = 40;
    private const int Clients = 4;

    [Fact(Timeout = Limits.Test)]
    public async Task Server_under_load_loses_no_request()
    {
        Needs.Tool("nginx");
        using TemporaryDirectory directory = new TemporaryDirectory().Public();
        using RunningProgram server = Start(directory, out int port);
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(20) };
        string pidFile = directory.File("nginx.pid");
        for (int i = 0; i < 500 && !(File.Exists(pidFile) && new FileInfo(pidFile).Length > 0); i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        int pid = int.Parse(await File.ReadAllTextAsync(pidFile, TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);

        using CancellationTokenSource ended = new();
        Task<int>[] clients = [.. Enumerable.Range(0, Clients).Select(_ => Task.Run(() => AskAsync(client, ended.Token)))];
        for (int i = 0; i < Moves; i++)
            await Moving.AdvanceAsync(pid, "1s");
        await ended.CancelAsync();

        // A client fails by itself if an answer is missing or wrong.
        int[] answers = await Task.WhenAll(clients);
        Assert.All(answers, count => Assert.InRange(count, Moves, int.MaxValue));
    }

    private static async Task<int> AskAsync(HttpClient client, CancellationToken ended)
    {
        int answers = 0;
        for (; !ended.IsCancellationRequested; answers++)
            Assert.Equal("hello\n", await client.GetStringAsync(new Uri("", UriKind.Relative), CancellationToken.None));
        return answers;
    }

    private static RunningProgram Start(TemporaryDirectory directory, out int port)
    {
        using (TcpListener free = new(System.Net.IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        }

        File.WriteAllText(directory.File("index.html"), "hello\n");
        string root = directory.Path;
        File.WriteAllText(directory.File("nginx.conf"), $$"""
            daemon off; worker_processes 2; pid {{root}}/nginx.pid; error_log {{root}}/error.log;
            events { worker_connections 64; }
            http {
                access_log off; client_body_temp_path {{root}}/body; proxy_temp_path {{root}}/proxy; fastcgi_temp_path {{root}}/fastcgi;
                uwsgi_temp_path {{root}}/uwsgi; scgi_temp_path {{root}}/scgi; keepalive_timeout 3s; client_header_timeout 3600s;
                server { listen 127.0.0.1:{{port}}; root {{root}}; }
            }
            """);
        string[] launch = ["--monotonic-at", "12345s", "--config", directory.File("conf"), "--config-mode", "0666", "--"];
        return Command.Launcher([.. launch, "nginx", "-c", directory.File("nginx.conf"), "-p", root]).Start();
    }
}
