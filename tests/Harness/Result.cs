using System.Globalization;

namespace VirtTime.Tests.Harness;

/// <summary>The result of a program that has ended. The programs of the tests print lines of the form <c>key=value</c>.</summary>
internal sealed record Result(int ExitCode, string Output, string Error, TimeSpan Duration)
{
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails the test unless the program exited with 0.</summary>
    /// <param name="action">The purpose of the program, with which the message begins.</param>
    public Result Succeeded(string action = "")
    {
        if (ExitCode != 0)
            Assert.Fail(action == "" ? ToString() : $"{action}: {this}");
        return this;
    }

    public string Value(string key)
    {
        string? line = Lines.FirstOrDefault(line => line.StartsWith(key + "=", StringComparison.Ordinal));
        if (line == null)
            Assert.Fail($"no line {key}=… in\n{this}");
        return line[(key.Length + 1)..];
    }

    public decimal Number(string key) => decimal.Parse(Value(key), CultureInfo.InvariantCulture);

    public override string ToString() => $"exit status {ExitCode} after {Duration.TotalSeconds:0.0} s\noutput:\n{Output}\nerror:\n{Error}";
}
