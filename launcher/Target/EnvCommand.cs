using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>The environment, working directory and command that <c>env</c> makes of its arguments.</summary>
internal sealed class EnvCommand
{
    // The string of -S may contain another -S. The limit ends a string that contains itself by a variable.
    private const int MostOptions = 1000;

    private readonly List<string> _unset = [];
    private bool _isEmpty;

    private EnvCommand(EnvironmentBlock environment, string? directory)
    {
        Environment = environment;
        Directory = directory;
    }

    public EnvironmentBlock Environment { get; private set; }

    /// <summary>The directory in which the command is started; null for the working directory.</summary>
    public string? Directory { get; private set; }

    /// <summary>The command with its arguments; empty if env runs none.</summary>
    public string[] Command { get; private set; } = [];

    /// <summary>False if env would refuse its arguments, or they contain an option unknown to the launcher.</summary>
    public bool IsUnderstood { get; private set; }

    public static bool IsEnv(string path) => path[(path.LastIndexOf('/') + 1)..] == "env";

    /// <param name="arguments">The arguments without the name of env itself.</param>
    /// <param name="environment">The environment of env itself.</param>
    /// <param name="directory">The directory in which env itself is started.</param>
    public static EnvCommand Parse(string[] arguments, EnvironmentBlock environment, string? directory)
    {
        EnvCommand env = new(environment, directory);
        try
        {
            env.IsUnderstood = env.Read(arguments);
        }
        catch (LauncherException)
        {
            // A string of -S that cannot be split: env reports it itself.
        }

        return env;
    }

    private bool Read(ReadOnlySpan<string> words)
    {
        EnvironmentBlock given = Environment;
        string? start = Directory;
        for (int count = 0; words is [['-', _, ..], ..] && words[0] != "--"; count++)
        {
            if (count == MostOptions || EnvOptions.Take(ref words) is not (string letters, string value))
                return false;

            if (letters[^1] == EnvOptions.Information)
                return true;

            _isEmpty |= letters.Contains(EnvOptions.IgnoreEnvironment, StringComparison.Ordinal);
            if (letters[^1] == EnvOptions.Unset)
                _unset.Add(value);
            else if (letters[^1] == EnvOptions.Directory)
                Directory = value is ['/', ..] || start is null ? value : $"{start}/{value}";
            else if (letters[^1] == EnvOptions.SplitString)
                words = (string[])[.. SplitString.Split(value, given.Find), .. words];
        }

        if (words is ["--", ..])
            words = words[1..];

        _isEmpty |= words is ["-", ..];
        Change(words is ["-", ..] ? words[1..] : words);
        return (Directory is null || IsDirectory(Directory)) && _unset.TrueForAll(IsName);
    }

    private static bool IsName(string name) => name.Length > 0 && !name.Contains('=', StringComparison.Ordinal);

    private static bool IsDirectory(string path) => statx_buffer.Of(path) is { IsDirectory: true };

    private void Change(ReadOnlySpan<string> words)
    {
        if (_isEmpty)
            Environment = EnvironmentBlock.Empty;

        foreach (string name in _unset)
            Environment = Environment.Without(name);

        for (; !words.IsEmpty && words[0].IndexOf('=', StringComparison.Ordinal) is >= 0 and int equals; words = words[1..])
            Environment = Environment.With(words[0][..equals], words[0][(equals + 1)..]);

        Command = words.ToArray();
    }
}
