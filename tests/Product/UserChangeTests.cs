using System.Globalization;
using System.Text.Json;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>Programs that start as root and then change their user, as in the images of Redis and PostgreSQL.</summary>
public class UserChangeTests
{
    private const string User = "65534";

    /// <summary>The entry point of these images, with setpriv instead of gosu.</summary>
    private const string EntryPoint =
        $"""
        #!/bin/sh
        set -e
        if [ "$1" = "$SERVICE" ] && [ "$(id -u)" = 0 ]; then
            find . \! -user {User} -exec chown {User} '{"{}"}' +
            exec setpriv --reuid={User} --regid={User} --clear-groups "$0" "$@"
        fi
        exec "$@"
        """;

    [Fact(Timeout = Limits.Test)]
    public async Task Private_file_cannot_be_opened_by_the_other_user()
    {
        using Service service = await Service.CreateAsync();
        decimal host = HostClock.Monotonic();
        Result result = (await service.Start("watch_clock", []).RunAsync()).Succeeded();
        Assert.InRange(result.Number("clock"), host, HostClock.Monotonic());
        Assert.Contains("cannot be opened by this user", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("0666", true)]
    [InlineData("0644", false)]
    public async Task File_for_everybody_serves_the_other_user(string mode, bool notesCalls)
    {
        using Service service = await Service.CreateAsync();
        string config = service.Directory.File("clock.conf");
        Result clock = (await service.Start("watch_clock", [], "--config", config, "--config-mode", mode).RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, clock.Number("clock"));
        Assert.Empty(clock.Error);

        using RunningProgram waiting = service.Start("slot_wait", ["clock_nanosleep", "20000"], "--config", config).Start();
        string thread = await waiting.ReadValueAsync("thread");
        Assert.Equal(notesCalls, await HasSlotAsync(config, thread));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Recipe_starts_Redis()
    {
        string server = Needs.Tool("redis-server");
        Needs.Tool("redis-cli");
        using Service service = await Service.CreateAsync();
        string file = (await Recipes.BlocksAsync("A container", "dockerfile"))[1];
        string[] words = [.. file.Split('\n').Where(line => line.Contains('[', StringComparison.Ordinal))
            .SelectMany(line => JsonSerializer.Deserialize<string[]>(line[line.IndexOf('[', StringComparison.Ordinal)..])!)];
        Assert.Equal("redis-server", words[^1]);
        string socket = service.Directory.File("data/socket");
        string[] command = [.. words[1..], "--port", "0", "--unixsocket", socket, "--save", "", "--daemonize", "no"];
        string config = service.Directory.File("clock.conf");
        Command start = service.Launcher([.. command.Select(word => word == "/dev/shm/clock.conf" ? config : word)], Path.GetFileName(server));

        using RunningProgram redis = start.Start();
        string script =
            """
            for i in $(seq 100); do [ "$(redis-cli -s "$0" ping 2>/dev/null)" = PONG ] && break; sleep 0.1; done
            pid=$(redis-cli -s "$0" info server | tr -d '\r' | sed -n 's/^process_id://p')
            echo "user=$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$pid/status")"
            echo "mapped=$(grep -c "rw-s.* $1" "/proc/$pid/maps")"
            redis-cli -s "$0" shutdown nosave
            """;
        Result result = await Command.Of("sh", "-c", script, socket, config).RunAsync();
        Assert.Equal(User, result.Value("user"));
        Assert.NotEqual("0", result.Value("mapped"));
        Assert.DoesNotContain("libvirttime:", (await redis.EndAsync()).Error, StringComparison.Ordinal);
    }

    private static async Task<bool> HasSlotAsync(string config, string thread)
    {
        for (int i = 0; i < 20; i++)
        {
            Result state = (await Command.Launcher("--config", config, "--json").RunAsync()).Succeeded();
            using JsonDocument document = JsonDocument.Parse(state.Output);
            JsonElement calls = document.RootElement.GetProperty("in_flight");
            if (calls.EnumerateArray().Any(call => call.GetProperty("thread").GetInt32() == int.Parse(thread, CultureInfo.InvariantCulture)))
                return true;

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        return false;
    }

    /// <summary>An entry point, the launcher and programs in a directory that another user can reach.</summary>
    private sealed class Service : IDisposable
    {
        private Service()
        {
        }

        public TemporaryDirectory Directory { get; } = new TemporaryDirectory().Public();

        public static async Task<Service> CreateAsync()
        {
            Needs.Root();
            Needs.Tool("setpriv");
            Service service = new();
            service.Directory.Copy(Paths.Launcher);
            service.Directory.Copy(Paths.Library);
            foreach (string program in (string[])["watch_clock.c", "slot_wait.c"])
                service.Directory.Copy(await NativeProgram.BuildAsync(program));
            string script = service.Directory.File("docker-entrypoint.sh");
            await File.WriteAllTextAsync(script, EntryPoint, TestContext.Current.CancellationToken);
            File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
            System.IO.Directory.CreateDirectory(service.Directory.File("data"));
            return service;
        }

        public Command Start(string program, string[] arguments, params string[] options) => Launcher(
            ["--monotonic-at", "12345s", .. options, "--", "docker-entrypoint.sh", Directory.File(program), .. arguments],
            Directory.File(program));

        public Command Launcher(string[] arguments, string service) =>
            (Command.Of(Directory.File("virttime-run"), arguments) with { WorkingDirectory = Directory.File("data") })
                .With("PATH", $"{Directory.Path}:/usr/bin:/bin:/usr/sbin:/sbin").With("SERVICE", service).With("XDG_RUNTIME_DIR", null);

        public void Dispose() => Directory.Dispose();
    }
}
