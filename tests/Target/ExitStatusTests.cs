using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A command that cannot be run ends with the same status as with <c>env(1)</c>.</summary>
public class ExitStatusTests
{
    /// <summary>Makes one file of each kind in the working directory.</summary>
    private const string Everything =
        """
        mkdir directory
        printf '#!/bin/sh\nexit 7\n' >runnable
        printf 'exit 8\n' >headless
        : >empty
        printf '#!/no/such\n' >orphan
        printf '#!/etc/passwd/sh\n' >below
        printf '#!%s/directory\n' "$PWD" >of_directory
        printf '#!%s/plain\n' "$PWD" >of_plain
        printf '#!%s/own\n' "$PWD" >own
        printf '#!%s/runnable\n' "$PWD" >chained
        printf '#!\n exit 9\n' >bare
        printf '#!' >cut
        printf '#!/bin/sh\r\n' >windows
        printf '#!/usr/bin/env no-such\n' >env_orphan
        printf '#!/usr/bin/env -S "open\n' >env_bad
        head -c 3000 /dev/zero >zeros
        printf 'MZ\001\002' >other
        chmod +x *
        printf 'text\n' >plain
        chmod -x plain
        ln -s nowhere dangling
        ln -s loop loop
        ln -s runnable link
        mkfifo fifo
        chmod +x fifo
        mkdir bin
        cp orphan bin/both
        mkdir later
        cp runnable later/both
        """;

    private static readonly string[] s_commands =
    [
        "./directory", "./runnable", "./headless", "./empty", "./orphan", "./below", "./of_directory", "./of_plain", "./own", "./chained",
        "./bare", "./cut", "./windows", "./env_orphan", "./env_bad", "./zeros", "./other", "./plain", "./dangling", "./loop", "./link",
        "./fifo", "./missing", "./missing/below", "./runnable/below", "./runnable/", "./loop/below", "", ".", "/", "directory", "runnable", "headless",
        "empty", "orphan", "plain", "dangling", "loop", "fifo", "missing", "both", new('x', 300), "./" + new string('x', 300),
    ];

    [Theory(Timeout = Limits.Test)]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("bin:later")]
    [InlineData("nowhere:.")]
    [InlineData("runnable:.")]
    [InlineData(".:runnable")]
    [InlineData("nowhere:runnable")]
    [InlineData("runnable:nowhere")]
    [InlineData("loop:.")]
    [InlineData("directory:.:/usr/bin")]
    public async Task Status_is_that_of_env(string? path)
    {
        using TemporaryDirectory directory = new();
        (await (Command.Of("sh", "-euc", Everything) with { WorkingDirectory = directory.Path }).RunAsync()).Succeeded();
        string env = Needs.Tool("env");
        foreach (string command in s_commands)
        {
            Command native = (Command.Of(env, command) with { WorkingDirectory = directory.Path }).With("PATH", path);
            Command launched = native with { File = Paths.Launcher, Arguments = ["--", command] };
            Result expected = await native.RunAsync();
            Result result = await launched.With("XDG_RUNTIME_DIR", directory.Path).RunAsync();
            Assert.True(expected.ExitCode == result.ExitCode, $"{command} with PATH={path}\nenv: {expected}\nvirttime-run: {result}");
            Assert.Equal(expected.Output, result.Output);
        }
    }
}
