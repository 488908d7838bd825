using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using CommandLine;
using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>Runs CommandLineParser over the launcher's own arguments, group by group.</summary>
internal static class OptionsParser
{
    /// <summary>The options of one group, which are all that the parser looks for and all that it sees.</summary>
    /// <exception cref="LauncherException">An option that was given twice.</exception>
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

    // All else that the parser could object to, ArgumentList has refused.
    private static LauncherException Explain(Error error) => error is RepeatedOptionError repeated
        ? new LauncherException("--" + repeated.NameInfo.LongName, "given twice; give it once")
        : new LauncherException("command line", "not understood; see virttime-run --help");
}
