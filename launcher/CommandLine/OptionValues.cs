using System.Globalization;
using Microsoft.Extensions.Logging;
using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.CommandLine;

/// <summary>Reads option values that are not times.</summary>
internal static class OptionValues
{
    /// <summary>The value of <c>--boottime-offset</c> that makes the boottime clock follow the monotonic clock.</summary>
    public const string AsMonotonic = "monotonic";

    // The owner needs these permissions to use the file.
    private const uint DefaultMode = Permissions.OwnersFile;

    /// <summary>Reads octal permissions. They must allow the owner to read and write, or the owner could not use the file.</summary>
    public static uint ParseMode(string? text)
    {
        if (text is null)
            return DefaultMode;

        uint mode = 0;
        bool octal = text.Length is > 0 and <= 5;
        foreach (char digit in text)
        {
            octal &= digit is >= '0' and <= '7';
            mode = (mode * 8) + (uint)(digit - '0');
        }

        if (!octal || (mode & ~Permissions.All) != 0)
            throw new LauncherException("--" + OptionNames.ConfigMode, $"\"{text}\" is not a file mode; try 0640");

        return (mode & DefaultMode) == DefaultMode
            ? mode
            : throw new LauncherException("--" + OptionNames.ConfigMode, $"\"{text}\" denies the owner reading or writing; try 0640");
    }

    /// <summary>The size in bytes of a new config file with this layout.</summary>
    public static long ParseLayout(string? text) => text switch
    {
        null or "virttime" => ConfigLayout.FileSize,
        "c" => ConfigLayout.CFileSize,
        _ => throw NoWord(OptionNames.ConfigLayout, text, "a layout"),
    };

    public static int? ParsePid(string? text)
    {
        if (text is null)
            return null;

        return TryParsePid(text) ?? throw new LauncherException("--" + OptionNames.Pid, $"\"{text}\" is not a process id");
    }

    public static int? TryParsePid(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0 ? pid : null;

    public static Backend ParseBackend(string? text) => text switch
    {
        null => Backend.Default,
        "preload" => Backend.Preload,
        "place" => Backend.Place,
        "namespace" => Backend.Namespace,
        "auto" => Backend.Auto,
        _ => throw NoWord(OptionNames.Backend, text, "a backend"),
    };

    public static LogLevel ParseLogLevel(string? text, bool verbose) => text switch
    {
        null => verbose ? LogLevel.Debug : LogLevel.None,
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" or "information" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "critical" => LogLevel.Critical,
        "none" => LogLevel.None,
        _ => throw NoWord(OptionNames.LogLevel, text, "a level"),
    };

    /// <summary>Joins the words as "a, b or c".</summary>
    public static string Alternatives(string[] words) => string.Join(", ", words[..^1]) + " or " + words[^1];

    private static LauncherException NoWord(string option, string text, string noun) =>
        new("--" + option, $"\"{text}\" is not {noun}; try {Alternatives(OptionTable.Named(option).Words)}");
}
