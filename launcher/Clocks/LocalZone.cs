using VirtTime.Base;

namespace VirtTime.Clocks;

/// <summary>The local time zone, as <c>TZ</c> and <c>/etc/localtime</c> have it for libc, and so for most programs.</summary>
internal static class LocalZone
{
    private const string Variable = "TZ";
    private const string DirectoryVariable = "TZDIR";
    private const string Directory = "/usr/share/zoneinfo";

    private const long Hour = 3_600;

    // No zone is further from UTC: POSIX allows ±24:59:59.
    private const long FarthestHours = 26;

    /// <summary>
    /// When local clocks show a date and time; of an hour that comes twice, when clocks are set back, the first one.
    /// </summary>
    /// <param name="shown">In seconds, as if it were UTC.</param>
    /// <returns>Seconds since 1970; null where clocks that are set ahead skip it.</returns>
    public static long? TryFind(long shown)
    {
        SystemCalls.tzset();
        long? first = null;
        for (long hour = -FarthestHours; hour <= FarthestHours; hour++)
        {
            // Each distance from UTC that is in force about then, and so each moment that may be meant.
            long about = shown + (hour * Hour);
            long moment = shown - (Shown(about) - about);
            if (Shown(moment) == shown && !(first < moment))
                first = moment;
        }

        return first;
    }

    /// <summary>Whether local clocks show second 60 then, as those do whose zone files count leap seconds.</summary>
    public static unsafe bool IsLeapSecond(long moment)
    {
        SystemCalls.tzset();
        tm_buffer local;
        return SystemCalls.localtime_r(moment, &local) != null && local.tm_sec == 60;
    }

    /// <summary>The name of a zone that libc takes for UTC because it does not find it; else null.</summary>
    public static string? FindMissing()
    {
        string? value = EnvironmentBlock.Current.Find(Variable);
        string name = value is [':', ..] ? value[1..] : value ?? "";
        if (name is "" or "UTC" or "GMT" || IsRule(name))
            return null;

        string? directory = EnvironmentBlock.Current.Find(DirectoryVariable);
        string path = name[0] == '/' ? name : $"{(string.IsNullOrEmpty(directory) ? Directory : directory)}/{name}";
        return IsZoneFile(path) ? null : value;
    }

    private static unsafe bool IsZoneFile(string path)
    {
        ReadOnlySpan<byte> magic = "TZif"u8;
        using Descriptor file = Descriptor.Open(path, SystemCalls.O_RDONLY | SystemCalls.O_NONBLOCK | SystemCalls.O_NOCTTY);
        byte* head = stackalloc byte[magic.Length];
        return file.IsOpen && SystemCalls.read(file.Number, head, magic.Length) == magic.Length
            && new ReadOnlySpan<byte>(head, magic.Length).SequenceEqual(magic);
    }

    // A name of letters, or of anything in angle brackets, and how far it is from UTC: EST5EDT, <+0530>-5:30.
    private static bool IsRule(string text)
    {
        const int ShortestName = 3;
        int end = text.IndexOf('>', StringComparison.Ordinal) + 1;
        if (text[0] != '<')
        {
            end = 0;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
                end++;
        }

        bool isNamed = end >= ShortestName;
        if (end < text.Length && text[end] is '+' or '-')
            end++;
        return isNamed && end < text.Length && char.IsAsciiDigit(text[end]);
    }

    /// <summary>What local clocks show at a moment, as if it were UTC. Where the zone's files count leap seconds, so does this.</summary>
    private static unsafe long Shown(long moment)
    {
        const int FirstYear = 1900;
        tm_buffer local;
        if (SystemCalls.localtime_r(moment, &local) == null)
            return long.MinValue;

        long yearsBefore = FirstYear - 1L + local.tm_year;
        long leapDays = (yearsBefore / 4) - (yearsBefore / 100) + (yearsBefore / 400);
        long days = (yearsBefore * 365) + leapDays + local.tm_yday - DateValue.DaysTo1970;
        return (((((days * 24) + local.tm_hour) * 60) + local.tm_min) * 60) + local.tm_sec;
    }
}
