using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using CommandLine;
using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>Runs CommandLineParser over the launcher's own arguments, group by group.</summary>
internal static class OptionsParser
{
    /// <summary>Parses the options of one group. The parser knows and sees only these.</summary>
    /// <exception cref="LauncherException">An option was given twice.</exception>
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(ClockOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(ConfigOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(RunningOptions))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(OutputOptions))]
    public static T Parse<T>(ArgumentList list, OptionGroup group)
        where T : new()
    {
        string[] arguments = list.Of(group);
        if (arguments.Length == 0)
            return new T();

        using Parser parser = NewParser(Settings());
        ParserResult<T> result = parser.ParseArguments<T>(arguments);
        return result is Parsed<T> parsed ? parsed.Value : throw Explain(((NotParsed<T>)result).Errors.First());
    }

    /// <remarks>
    /// The constructor is not run, because it asks <see cref="Console"/> for the width of the terminal. That would install signal handlers and send
    /// the terminal a control sequence, and the target would find both. All properties that the parser reads are set here.
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

    // The parser's public constructors create the settings themselves.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern Parser NewParser(ParserSettings settings);

    // ArgumentList has refused everything else that the parser could refuse.
    private static LauncherException Explain(Error error) => error is RepeatedOptionError repeated
        ? new LauncherException("--" + repeated.NameInfo.LongName, "given twice; give it once")
        : new LauncherException("command line", "not understood; see virttime-run --help");
}
