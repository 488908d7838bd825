using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Exec;

/// <summary>Programs and languages that start child processes with an environment that they build themselves.</summary>
public sealed class CleanedEnvironmentTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory(Timeout = Limits.Test)]
    [InlineData("env", "-i", "{0}")]
    [InlineData("env", "-u", "LD_PRELOAD", "-u", "VIRT_TIME_CONF", "{0}")]
    [InlineData("env", "LD_PRELOAD=", "VIRT_TIME_CONF=", "{0}")]
    [InlineData("env", "-i", "env", "-i", "{0}")]
    [InlineData("env", "-i", "sh", "-c", "{0}")]
    [InlineData("sh", "-c", "unset LD_PRELOAD VIRT_TIME_CONF; {0}; exec {0}")]
    [InlineData("bash", "-c", "exec -c {0}")]
    [InlineData("bash", "-c", "unset LD_PRELOAD VIRT_TIME_CONF; echo $({0})")]
    [InlineData("setpriv", "--reset-env", "{0}")]
    [InlineData("xargs", "env", "-i", "{0}")]
    [InlineData("find", "/dev/null", "-exec", "env", "-i", "{0}", ";")]
    [InlineData("timeout", "20", "env", "-i", "nice", "{0}")]
    [InlineData("python3", "-c", "import subprocess; subprocess.run(['{0}'], env={})")]
    [InlineData("python3", "-c", "import subprocess; subprocess.run('{0}', env={'A': '1'}, shell=True)")]
    [InlineData("python3", "-c", "import subprocess; subprocess.run(['{0}'], env={}, preexec_fn=lambda: None, close_fds=False)")]
    [InlineData("python3", "-c", "import os; os.posix_spawn('{0}', ['{0}'], {}); os.wait()")]
    [InlineData("python3", "-c", "import os; os.environ.clear(); os.system('{0}')")]
    [InlineData("python3", "-c", "import os; os.environ.clear(); print(os.popen('{0}').read())")]
    [InlineData("python3", "-c", "import os; os.execve(os.open('{0}', os.O_RDONLY), ['{0}'], {})")]
    [InlineData("perl", "-e", "%ENV = (); system('{0}')")]
    [InlineData("perl", "-e", "%ENV = (); print `{0} 2>&1`")]
    [InlineData("ruby", "-e", "system({}, '{0}', unsetenv_others: true)")]
    [InlineData("ruby", "-e", "pid = spawn({}, '{0}', unsetenv_others: true); Process.wait(pid)")]
    [InlineData("node", "-e", "console.log(require('child_process').execFileSync('{0}', { env: {} }).toString())")]
    [InlineData("node", "-e", "console.log(require('child_process').spawnSync('{0}', { env: {}, shell: true }).stdout.toString())")]
    public async Task Child_is_still_shifted(string program, params string[] arguments)
    {
        string shown = await InheritanceTests.ShownAsync();
        await AssertShiftedAsync(Command.Of(Needs.Tool(program), arguments.Select(argument => argument.Replace("{0}", shown, StringComparison.Ordinal))));
    }

    // Natively, the shell reports a bad option or that the command does not exist.
    [Theory(Timeout = Limits.Test)]
    [InlineData("import os; os.environ.clear(); print(os.system('-x') != 0)")]
    [InlineData("import os; os.environ.clear(); print(os.popen('-x').close() != None)")]
    public async Task Command_that_begins_like_an_option_is_a_command(string script)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await Command.Of(Needs.Tool("python3"), "-c", script).Under(config).RunAsync()).Succeeded();
        Assert.Equal(["True"], result.Lines);
    }

    // With and without the helper process that Java forks.
    [Theory(Timeout = Limits.Test)]
    [InlineData("POSIX_SPAWN")]
    [InlineData("VFORK")]
    [InlineData("FORK")]
    public async Task Child_of_a_Java_program_is_still_shifted(string mechanism)
    {
        string source = _directory.File("Start.java");
        await File.WriteAllTextAsync(source, """
            public class Start {
                public static void main(String[] arguments) throws Exception {
                    ProcessBuilder builder = new ProcessBuilder(arguments).inheritIO();
                    builder.environment().clear();
                    System.exit(builder.start().waitFor());
                }
            }
            """, TestContext.Current.CancellationToken);
        (await Command.Compiler(Needs.Tool("javac"), "-d", _directory.Path, source).RunAsync()).Succeeded();
        await AssertShiftedAsync(Command.Of(
            Needs.Tool("java"), $"-Djdk.lang.Process.launchMechanism={mechanism}", "-cp", _directory.Path, "Start", await InheritanceTests.ShownAsync()));
    }

    private static async Task AssertShiftedAsync(Command command)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await command.Under(config).RunAsync()).Succeeded();
        string[] clocks = [.. result.Lines.Where(line => line.Contains("clock=", StringComparison.Ordinal))];
        Assert.NotEmpty(clocks);
        Assert.All(clocks, line => Limits.AssertJustAfter(
            12345, decimal.Parse(line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Empty(result.Error);
    }
}
