using System.Net;
using System.Net.Sockets;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>The virtual date decides whether a certificate is valid or expired.</summary>
public class DateCertificateTests
{
    private const long Day = 86_400;
    private const int CertificateIsNoGood = 60;

    [Theory(Timeout = Limits.Test)]
    [InlineData(Dates.Behind)]
    [InlineData(Dates.Ahead)]
    public async Task Curl_accepts_what_is_valid_by_the_virtual_date_only(long date)
    {
        using TemporaryDirectory directory = new();
        using ConfigFile config = ConfigFile.AtDate(date);
        await MakeCertificateAsync(directory, command => command.Under(config));
        (int natively, int here) = await ConnectAsync(directory, config);
        Assert.Equal((CertificateIsNoGood, 0), (natively, here));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(Dates.Behind)]
    [InlineData(Dates.Ahead)]
    public async Task Curl_refuses_what_is_valid_by_the_hosts_date_only(long date)
    {
        using TemporaryDirectory directory = new();
        using ConfigFile config = ConfigFile.AtDate(date);
        await MakeCertificateAsync(directory, command => command);
        (int natively, int here) = await ConnectAsync(directory, config);
        Assert.Equal((0, CertificateIsNoGood), (natively, here));
    }

    // The certificate is valid for ten days.
    [Theory(Timeout = Limits.Test)]
    [InlineData(0, Day, 0)]
    [InlineData(8, Day, 0)]
    [InlineData(9.5, Day, 1)]
    [InlineData(9.5, 3600, 0)]
    [InlineData(11, 0, 1)]
    [InlineData(5000, 0, 1)]
    public async Task Openssl_tells_whether_it_will_expire(double days, long withinSeconds, int exitCode)
    {
        using TemporaryDirectory directory = new();
        await MakeCertificateAsync(directory, command => command);
        using ConfigFile config = ConfigFile.AtDate((long)HostClock.Realtime() + (long)(days * Day));
        Command check = Command.Of("openssl", "x509", "-checkend", $"{withinSeconds}", "-noout", "-in", directory.File("certificate"));
        Assert.Equal(exitCode, (await check.Under(config).RunAsync()).ExitCode);
    }

    private static async Task MakeCertificateAsync(TemporaryDirectory directory, Func<Command, Command> run)
    {
        Command command = Command.Of(
            Needs.Tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "10",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", directory.File("key"), "-out", directory.File("certificate"));
        (await run(command).RunAsync()).Succeeded();
    }

    private static async Task<(int Natively, int Here)> ConnectAsync(TemporaryDirectory directory, ConfigFile config)
    {
        Needs.Tool("curl");
        int port = FreePort();
        using RunningProgram server = Command.Of(
            "openssl", "s_server", "-accept", $"127.0.0.1:{port}", "-cert", directory.File("certificate"), "-key", directory.File("key"), "-www").Start();
        while (await server.ReadLineAsync() != "ACCEPT")
            continue;
        Command curl = Command.Of(
            "curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", directory.File("certificate"), "--resolve", $"localhost:{port}:127.0.0.1",
            $"https://localhost:{port}/");
        return ((await curl.RunAsync()).ExitCode, (await curl.Under(config).RunAsync()).ExitCode);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
