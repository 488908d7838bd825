using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using VirtTime.Base;

namespace VirtTime.Diagnostics;

/// <summary>Diagnostics on standard error. Without a log level, no logger is created and no message formatted.</summary>
internal static class Log
{
    private static ConsoleLoggerProvider? s_provider;
    private static ILogger? s_logger;
    private static sigaction_buffer? s_fileLimit;

    /// <summary>Whether a log level was given.</summary>
    public static bool IsOn => s_logger is not null;

    public static void Start(LogLevel level)
    {
        if (level == LogLevel.None)
            return;

        SignalDispositions.Capture();
        s_fileLimit = SignalDispositions.Ignore(SystemCalls.SIGXFSZ);

        // Without a terminal type, .NET's console sends no control sequence to the terminal. This changes only .NET's copy of the environment.
        Environment.SetEnvironmentVariable("TERM", null);
        ConsoleLoggerOptions options = new() { FormatterName = LineFormatter.FormatName, LogToStandardErrorThreshold = LogLevel.Trace };
        try
        {
            s_provider = new ConsoleLoggerProvider(new FixedOptions(options), [new LineFormatter()]);
        }
        catch (OutOfMemoryException)
        {
            throw new LauncherException("diagnostics", "no thread can be started for them; raise the limits (ulimit -u, -v), or omit --verbose and --log-level");
        }

        s_logger = new LoggerFactory([s_provider], new LoggerFilterOptions { MinLevel = level }).CreateLogger(nameof(VirtTime));
    }

    public static void Debug(MessageText text) => text.Write(s_logger, LogLevel.Debug);

    public static void Information(MessageText text) => text.Write(s_logger, LogLevel.Information);

    /// <summary>Writes the queued messages, ends the logger's thread and restores SIGXFSZ.</summary>
    public static void Finish()
    {
        s_provider?.Dispose();
        s_provider = null;
        s_logger = null;
        if (s_fileLimit is sigaction_buffer previous)
            SignalDispositions.Set(SystemCalls.SIGXFSZ, previous);
        s_fileLimit = null;
    }

    /// <summary>An interpolated string that is formatted only if the logger exists.</summary>
    [InterpolatedStringHandler]
    internal ref struct MessageText
    {
        private DefaultInterpolatedStringHandler _text;
        private readonly bool _wanted;

        public MessageText(int literalLength, int formattedCount, out bool wanted)
        {
            _wanted = wanted = s_logger is not null;
            if (wanted)
                _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        internal void Write(ILogger? logger, LogLevel level)
        {
            if (_wanted)
                logger?.Log(level, "{Text}", _text.ToStringAndClear());
        }
    }
}
