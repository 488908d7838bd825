using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>Checks the rules of <see cref="OptionTable"/> about options that cannot be combined, whatever their values.</summary>
internal static class OptionRules
{
    /// <exception cref="LauncherException">Two options contradict each other.</exception>
    public static void CheckContradictions(ArgumentList list)
    {
        foreach (OptionRow row in OptionTable.Rows)
        {
            if (list.Has(row.Name) && Array.Find(row.Contradicts, list.Has) is string other)
                throw new LauncherException("--" + row.Name, $"contradicts --{other}; give one of them");
        }
    }

    /// <summary>Checks options that are a form of the command line of their own, such as <c>--list</c>.</summary>
    /// <remarks>If several of them are given, the error names the one that can be combined with the fewest options.</remarks>
    /// <exception cref="LauncherException">One of them cannot be combined with another option or with a command.</exception>
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
