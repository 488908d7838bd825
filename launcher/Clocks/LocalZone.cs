using VirtTime.Base;

namespace VirtTime.Clocks;

/// <summary>The local time zone by libc, from <c>TZ</c> or <c>/etc/localtime</c>. Most programs use the same.</summary>
internal static class LocalZone
{
    private const string Variable = "TZ";
    private const string DirectoryVariable = "TZDIR";
    private const string Directory = "/usr/share/zoneinfo";

    private const long Hour = 3_600;

    // More than the distance of any zone from UTC: POSIX allows ±24:59:59.
    private const long FarthestHours = 26;

    /// <summary>
    /// Finds the moment at which local clocks show a date and time. If they show it twice, because clocks are set back, finds the first moment.
    /// </summary>
    /// <param name="shown">The date and time in seconds since 1970, as if it were UTC.</param>
    /// <returns>Seconds since 1970; null if local clocks skip that time, because they are set ahead.</returns>
    public static long? TryFind(long shown)
    {
        SystemCalls.tzset();
        long? first = null;
        for (long hour = -FarthestHours; hour <= FarthestHours; hour++)
        {
            // Tries each distance from UTC that is in force around that time.
            long about = shown + (hour * Hour);
            long moment = shown - (Shown(about) - about);
            if (Shown(moment) == shown && !(first < moment))
                first = moment;
        }

        return first;
    }

    /// <summary>Whether local clocks show second 60 at a moment. They do only if the zone file counts leap seconds.</summary>
    public static unsafe bool IsLeapSecond(long moment)
    {
        SystemCalls.tzset();
        tm_buffer local;
        return SystemCalls.localtime_r(moment, &local) != null && local.tm_sec == 60;
    }

    /// <summary>The value of <c>TZ</c> if libc does not find that zone and uses UTC instead; otherwise null.</summary>
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

    // A POSIX rule: a name of letters, or any name in angle brackets, and a distance from UTC: EST5EDT, <+0530>-5:30.
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

    /// <summary>The local date and time at a moment, in seconds as if it were UTC. It counts leap seconds if the zone file does.</summary>
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
