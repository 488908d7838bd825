using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>The rules of <see cref="OptionTable"/> about options that do not go together, whatever their values.</summary>
internal static class OptionRules
{
    /// <exception cref="LauncherException">Two options of which only one can be given.</exception>
    public static void CheckContradictions(ArgumentList list)
    {
        foreach (OptionRow row in OptionTable.Rows)
        {
            if (list.Has(row.Name) && Array.Find(row.Contradicts, list.Has) is string other)
                throw new LauncherException("--" + row.Name, $"contradicts --{other}; give one of them");
        }
    }

    /// <summary>
    /// Of the options that ask for something of their own, such as <c>--list</c>. Where several are given, the one that goes with the
    /// fewest others is named.
    /// </summary>
    /// <exception cref="LauncherException">An option or a command that does not go with one of them.</exception>
    public static void CheckCompany(ArgumentList list)
    {
        List<GivenOption> given = list.Options.FindAll(option => option.Row.Company is not null);
        given.Sort((one, other) => one.Row.Company!.Options.Length - other.Row.Company!.Options.Length);
        foreach (GivenOption option in given)
        {
            OptionCompany company = option.Row.Company!;
            bool hasMore = list.Options.Exists(other => other.Row != option.Row && !company.Options.Contains(other.Row.Name));
            if (hasMore || (list.Command.Length > 0 && !company.TakesCommand))
                throw new LauncherException("--" + option.Row.Name, company.Reason);
        }
    }
}
