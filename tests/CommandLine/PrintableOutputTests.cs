using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Names and paths that the launcher prints cannot send control sequences to a terminal.</summary>
public class PrintableOutputTests
{
    // A shell makes the name, because arguments of a test are text. It contains ESC, an 8-bit CSI as UTF-8 and as a single byte, a bell, DEL, and a
    // letter that must stay.
    private const string Name = "$(printf 'n\\033[1m\\302\\2331m\\2331m\\007\\177\\303\\274')";

    private const string Escaped = @"n\x1b[1m\xc2\x9b1m\x9b1m\x07\x7fü";

    [Theory(Timeout = Limits.Test)]
    [InlineData("\"$0\" -- \"./N\"")]
    [InlineData("\"$0\" --config \"N/conf\"")]
    [InlineData("\"$0\" --monotonic-at \"N\" true")]
    [InlineData("\"$0\" \"--N\" true")]
    [InlineData("\"$0\" -v --config \"./N\" --monotonic-at 5s -- true")]
    [InlineData("\"$0\" --config \"./N\"")]
    [InlineData("printf '#!/bin/sh\\n' >\"./N\"; chmod +x \"./N\"; \"$0\" --check -- \"./N\"")]
    public async Task Is_escaped_in_output_messages_and_diagnostics(string script)
    {
        using TemporaryDirectory directory = new();
        string named = script.Replace("N", Name, StringComparison.Ordinal);
        Command command = Command.Of("sh", "-c", $"{{ {named}; }} 2>&1; rm -f ./n*", Paths.Launcher);
        Result result = await (command with { WorkingDirectory = directory.Path }).RunAsync();
        Assert.Contains(Escaped, result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Output, character => (char.IsControl(character) || character == '\ufffd') && character != '\n');
    }
}
