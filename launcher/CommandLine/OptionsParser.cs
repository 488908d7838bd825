using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using CommandLine;
using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>Runs CommandLineParser over the launcher's own arguments and words its errors.</summary>
internal static class OptionsParser
{
    private const string Remedy = "; see virttime-run --help";

    /// <exception cref="LauncherException">An unknown, doubled, or incomplete option.</exception>
    public static LauncherOptions Parse(string[] arguments)
    {
        if (arguments.Length == 0)
            return new LauncherOptions();

        if (arguments.All(IsMonotonic))
        {
            MonotonicOptions options = Parse<MonotonicOptions>(arguments);
            return new LauncherOptions { MonotonicAt = options.MonotonicAt, MonotonicOffset = options.MonotonicOffset };
        }

        if (arguments.Any(IsBackend))
            return ParseWithBackend(arguments);
        if (!arguments.Any(HasDate))
            return Parse<LauncherOptions>(arguments);
        if (!arguments.All(IsRealtime))
            return Parse<DatedOptions>(arguments);

        RealtimeOptions dates = Parse<RealtimeOptions>(arguments);
        return new DatedOptions { RealtimeAt = dates.RealtimeAt, RealtimeOffset = dates.RealtimeOffset };
    }

    private static BackendOptions ParseWithBackend(string[] arguments)
    {
        if (!arguments.All(argument => IsMonotonic(argument) || IsBackend(argument)))
            return Parse<BackendOptions>(arguments);

        MonotonicBackendOptions options = Parse<MonotonicBackendOptions>(arguments);
        return new BackendOptions { MonotonicAt = options.MonotonicAt, MonotonicOffset = options.MonotonicOffset, Backend = options.Backend };
    }

    // A value too, such as 12345s: what cannot be one of these options begins with a dash.
    private static bool IsMonotonic(string argument) =>
        !argument.StartsWith('-') || NameIn(argument) is OptionNames.MonotonicAt or OptionNames.MonotonicOffset;

    private static bool IsRealtime(string argument) =>
        !argument.StartsWith('-') || NameIn(argument) is OptionNames.RealtimeAt or OptionNames.RealtimeOffset;

    private static bool IsBackend(string argument) => NameIn(argument) is OptionNames.Backend;

    private static bool HasDate(string argument) => OptionNames.HasDate(NameIn(argument));

    // Empty where it is not written out.
    private static ReadOnlySpan<char> NameIn(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            return "";

        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        return argument.AsSpan()[2..(equals < 0 ? argument.Length : equals)];
    }

    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(LauncherOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(DatedOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(BackendOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(MonotonicBackendOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(MonotonicOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(RealtimeOptions))]
    private static T Parse<T>(string[] arguments)
    {
        using Parser parser = NewParser(Settings());
        ParserResult<T> result = parser.ParseArguments<T>(arguments);
        return result is Parsed<T> parsed ? parsed.Value : throw Explain(((NotParsed<T>)result).Errors.First(), arguments);
    }

    /// <remarks>
    /// Without its constructor, which asks <see cref="Console"/> for the width of the terminal: that installs signal handlers and
    /// sends the terminal a control sequence, traces that the target would find. All that the parser reads is set here.
    /// </remarks>
    private static ParserSettings Settings()
    {
        ParserSettings settings = (ParserSettings)RuntimeHelpers.GetUninitializedObject(typeof(ParserSettings));
        settings.CaseSensitive = true;
        settings.ParsingCulture = CultureInfo.InvariantCulture;
        settings.GetoptMode = true;
        settings.AllowMultiInstance = false;
        settings.PosixlyCorrect = true;
        settings.EnableDashDash = true;
        return settings;
    }

    // Public is only the constructor that makes its settings itself.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern Parser NewParser(ParserSettings settings);

    private static LauncherException Explain(Error error, string[] arguments) => error switch
    {
        UnknownOptionError { Token: OptionNames.Generate } => throw Generation.NotAlone(),
        UnknownOptionError unknown => new LauncherException(AsTyped(unknown.Token, arguments), "unknown option" + Remedy),
        MissingValueOptionError missing => new LauncherException(Name(missing), "needs a value" + Remedy),
        RepeatedOptionError repeated => new LauncherException(Name(repeated), "given twice; give it once"),
        BadFormatTokenError bad => new LauncherException(Dashed(bad.Token), "unknown option" + Remedy),
        BadFormatConversionError => new LauncherException(Name((NamedError)error), "takes no value" + Remedy),
        NamedError named => new LauncherException(Name(named), "not understood" + Remedy),
        _ => new LauncherException("command line", "not understood" + Remedy),
    };

    // The parser has taken the dashes off: -x and --x are the same to it.
    private static string AsTyped(string name, string[] arguments)
    {
        string dashed = "--" + name;
        bool isLong = arguments.Any(argument => argument == dashed || argument.StartsWith(dashed + "=", StringComparison.Ordinal));
        return isLong ? dashed : Dashed(name);
    }

    private static string Name(NamedError error) => Dashed(error.NameInfo.LongName);

    private static string Dashed(string name) => name.StartsWith('-') ? name : name.Length == 1 ? "-" + name : "--" + name;
}
