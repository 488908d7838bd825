using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using VirtTime.Base;

namespace VirtTime.Diagnostics;

/// <summary>Formats a diagnostic as one line, <c>virttime-run: LEVEL: TEXT</c>, like the launcher's other messages.</summary>
internal sealed class LineFormatter() : ConsoleFormatter(FormatName)
{
    public const string FormatName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        // The console encodes text as UTF-8, so the byte string is decoded first. Escape has replaced bytes that are not UTF-8.
        string text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        string decoded = Encoding.UTF8.GetString(ByteString.ToBytes(PrintableText.Escape(text)));
        textWriter.Write($"virttime-run: {logEntry.LogLevel.ToString().ToLowerInvariant()}: {decoded}\n");
    }
}

/// <summary>Options that never change, so that nothing has to watch them.</summary>
internal sealed class FixedOptions(ConsoleLoggerOptions value) : IOptionsMonitor<ConsoleLoggerOptions>
{
    public ConsoleLoggerOptions CurrentValue => value;

    public ConsoleLoggerOptions Get(string? name) => value;

    public IDisposable? OnChange(Action<ConsoleLoggerOptions, string?> listener) => null;
}
