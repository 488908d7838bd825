namespace VirtTime.Bench;

/// <summary>Static Go programs, into which the launcher places the library, if Go is installed.</summary>
internal static class StaticPrograms
{
    public static IEnumerable<Measure> All(Workplace place) => Workplace.Find("go") is null ? [] : [Launching(place), Reading(place)];

    private static Measure Launching(Workplace place)
    {
        string program = place.BuildGo("static_exit");
        List<Way> ways =
        [
            new("virttime-run", () => place.Spawn("--", place.Launcher, "--monotonic-offset", "1s", "--", program) / 1e6),
            new("native", () => place.Spawn("--", program) / 1e6),
            new("virttime-run /bin/true", () => place.Spawn("--", place.Launcher, "--monotonic-offset", "1s", "--", "/bin/true") / 1e6),
        ];
        if (Workplace.HasTimeNamespace)
        {
            ways.Add(new("unshare --time", () => place.Spawn("--", "unshare", "--time", "--monotonic", "1000", program) / 1e6));
            ways.Add(new("--backend namespace", () => place.Spawn("--", place.Launcher, "--backend", "namespace", "--monotonic-offset", "1s", "--", program) / 1e6));
        }

        return new Measure("launching a static Go program", "ms", ways);
    }

    private static Measure Reading(Workplace place)
    {
        string program = place.BuildGo("static_reads");
        string[] launch = [place.Launcher, "--realtime-offset", "1s", "--monotonic-offset", "1s", "--", program];
        return new Measure("time.Now in a static Go program", "ns",
        [
            new("VirtTime", () => Workplace.Figure(launch[0], launch[1..])),
            new("native", () => Workplace.Figure(program)),
        ]);
    }
}
