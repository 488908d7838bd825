namespace VirtTime.Bench;

/// <summary>The list of measurements.</summary>
internal static class Measures
{
    private static readonly (string Name, int Id)[] s_clocks =
        [("CLOCK_MONOTONIC", 1), ("CLOCK_MONOTONIC_COARSE", 6), ("CLOCK_BOOTTIME", 7)];

    private static readonly (string Name, string Argument)[] s_wallClock =
        [("clock_gettime(CLOCK_REALTIME)", "0"), ("gettimeofday", "gettimeofday"), ("time", "time")];

    public static IEnumerable<Measure> All(Workplace place) =>
        [.. Clocks(place), Throughput(place), .. Waits(place), .. Executing(place), .. Opens(place), Loading(place), Resident(place), Size(place),
            Launching(place), LaunchingInCrowd(place), .. Piling(place), .. Adjusting(place), .. StaticPrograms.All(place), .. Programs.All(place)];

    private static IEnumerable<Measure> Clocks(Workplace place)
    {
        string program = place.Build("clocks");
        string calls = $"{place.Scaled(1_000_000)}";
        foreach ((string name, int id) in s_clocks)
            yield return new Measure($"clock_gettime({name})", "ns", [.. Ways(place, place.Preload, [program, $"{id}", calls, "1"])]);
        foreach ((string name, string argument) in s_wallClock)
        {
            yield return new Measure($"{name}, not virtual", "ns", [.. Ways(place, place.Preload, [program, argument, calls, "1"])]);
            yield return new Measure($"{name}, virtual", "ns", [.. Ways(place, place.PreloadWithDate, [program, argument, calls, "1"])]);
        }

        // A rate near the host's takes a shorter way than others.
        foreach (string rate in new[] { "1.0005", "3600" })
            yield return new Measure($"clock_gettime(CLOCK_REALTIME) at rate {rate}", "ns", [.. Ways(place, place.PreloadAtRate(rate), [program, "0", calls, "1"])]);
    }

    // If two threads wrote to a common cache line, a call would take longer than with one thread. The ideal is half the time per call.
    private static Measure Throughput(Workplace place)
    {
        string program = place.Build("clocks");
        string calls = $"{place.Scaled(4_000_000)}";
        return new Measure("clock_gettime(CLOCK_MONOTONIC) by 2 threads, per call", "ns",
        [
            new("2 threads", () => Workplace.Figure("env", [.. place.Preload, program, "1", calls, "2"])),
            new("1 thread", () => Workplace.Figure("env", [.. place.Preload, program, "1", calls, "1"])),
            new("2 threads, native", () => Workplace.Figure(program, "1", calls, "2")),
        ]);
    }

    private static IEnumerable<Measure> Waits(Workplace place)
    {
        string program = place.Build("waits");
        foreach ((string name, string which) in new[] { ("pthread_cond_timedwait", "cond"), ("sem_clockwait", "sem"), ("clock_nanosleep", "sleep") })
            yield return Wait(place, $"{name} to the past", program, which, place.Scaled(1000));

        // The kernel's share of a wait is some 15 µs. This measures the rest.
        yield return Wait(place, "sem_clockwait that need not wait", program, "free", place.Scaled(500));
    }

    private static Measure Wait(Workplace place, string name, string program, string which, int rounds) =>
        new(name, "ns", [new("VirtTime"), new("native")])
        {
            Together = () => Workplace.Figures("env", place.ConfigVariable, program, place.Library, which, $"{rounds}"),
        };

    // The executed program loads the library in each case. Only the program that executes it differs.
    private static IEnumerable<Measure> Executing(Workplace place)
    {
        foreach (string environment in new[] { "keep", "clear" })
        {
            yield return Execution(place, "posix_spawn of /bin/true", "spawn", environment, place.Scaled(200));
            yield return Execution(place, "vfork and execve of /bin/true", "vfork", environment, place.Scaled(200));
            yield return Execution(place, "execve of nothing", "fail", environment, place.Scaled(50));
        }
    }

    private static Measure Execution(Workplace place, string name, string how, string environment, int rounds) =>
        new($"{name}, environment {(environment == "keep" ? "kept" : "cleared")}", "µs", [new("VirtTime"), new("native")])
        {
            Together = () =>
            [
                .. Workplace.Figures("env", place.ConfigVariable, place.Build("executions"), place.Library, how, environment, $"{rounds}")
                    .Select(nanoseconds => nanoseconds / 1000),
            ],
        };

    private static IEnumerable<Measure> Opens(Workplace place)
    {
        string program = place.Build("opens");
        foreach (string path in new[] { "/dev/null", "/proc/uptime" })
        {
            yield return new Measure($"open({path})", "ns", [new("VirtTime"), new("native")])
            {
                Together = () => Workplace.Figures("env", place.ConfigVariable, program, place.Library, path, $"{place.Scaled(200)}"),
            };
        }
    }

    private static Measure Loading(Workplace place) => new("/bin/true with the library loaded", "µs",
    [
        new("VirtTime", () => Spawn(place, [.. place.Preload, "--", "/bin/true"]) / 1000),
        new("native", () => Spawn(place, ["--", "/bin/true"]) / 1000),
    ]);

    private static Measure Resident(Workplace place)
    {
        string program = place.Build("resident");
        return new Measure("resident set, without libc's own files", "bytes",
        [
            new("VirtTime", () => Workplace.Figure("env", [.. place.Preload, program])),
            new("native", () => Workplace.Figure(program)),
        ]) { MostRounds = 5 };
    }

    private static Measure Size(Workplace place) =>
        new("size of libvirttime.so", "bytes", [new("VirtTime", () => new FileInfo(place.Library).Length)]) { MostRounds = 1 };

    private static Measure LaunchingInCrowd(Workplace place)
    {
        const int More = 2000;
        return Launching(place) with
        {
            Name = $"launching /bin/true among {More} more processes",
            Surroundings = () => new Crowd(place.Build("crowd"), More),
        };
    }

    private static Measure Launching(Workplace place)
    {
        List<Way> ways =
        [
            new("virttime-run", () => Spawn(place, ["--", place.Launcher, "--monotonic-at", "1s", "--", "/bin/true"]) / 1e6),
            new("env", () => Spawn(place, ["--", "env", "/bin/true"]) / 1e6),
        ];
        if (Workplace.HasTimeNamespace)
            ways.Add(new("unshare --time", () => Spawn(place, ["--", "unshare", "--time", "--monotonic", "1000", "/bin/true"]) / 1e6));
        if (Workplace.Find("faketime") != null)
            ways.Add(new("faketime", () => Spawn(place, ["--", "faketime", "-f", "+1s", "/bin/true"]) / 1e6));
        return new Measure("launching /bin/true", "ms", ways);
    }

    // One run gives all figures. Files younger than a minute always stay, so the figures depend on the number of launches in a minute.
    private static IEnumerable<Measure> Piling(Workplace place)
    {
        const int PerMinute = 500;
        const double Megabyte = 1 << 20;
        int launches = place.Scaled(10_000);
        Lazy<double[]> figures = new(() => Workplace.Figures(
            place.Build("pile"), $"{launches}", $"{PerMinute}", place.NewRuntime("kept"), place.NewRuntime("emptied"), place.Launcher, "--", "/bin/true"));
        Measure Row(string what, string unit, Func<double[], double[]> of) =>
            new($"{launches} launches, {PerMinute} a minute, {what}", unit, [new("VirtTime"), new("no file is left over")])
            {
                Together = () => of(figures.Value),
                MostRounds = 1,
            };
        yield return Row("mean processor time", "µs", all => [all[0] / 1000, all[1] / 1000]);
        yield return Row("worst processor time", "µs", all => [all[2] / 1000, all[3] / 1000]);
        yield return Row("files left over", "files", all => [all[4], 0]);
        yield return Row("their memory", "MB", all => [all[5] / Megabyte, 0]);
    }

    private static IEnumerable<Measure> Adjusting(Workplace place)
    {
        string empty = place.NewConfig("slots-0", 0);
        foreach (int slots in new[] { 1, 1000, 30_000 })
        {
            string config = place.NewConfig($"slots-{slots}", slots);
            yield return new Measure($"changing the clocks, {slots} calls in flight", "ms",
                [new("VirtTime", () => Adjust(place, config)), new("none in flight", () => Adjust(place, empty))]);
        }

        yield return new Measure("changing the clocks, none in flight", "ms",
        [
            new("VirtTime", () => Adjust(place, empty)),
            new("virttime-run --version", () => Spawn(place, ["--", place.Launcher, "--version"]) / 1e6),
        ]);
    }

    private static double Adjust(Workplace place, string config) =>
        Spawn(place, ["--", place.Launcher, "--config", config, "--monotonic-at", "1d"]) / 1e6;

    private static double Spawn(Workplace place, string[] arguments) => place.Spawn(arguments);

    private static IEnumerable<Way> Ways(Workplace place, string[] preload, string[] command)
    {
        yield return new("VirtTime", () => Workplace.Figure("env", [.. preload, .. command]));
        yield return new("native", () => Workplace.Figure(command[0], command[1..]));
        if (Workplace.HasTimeNamespace)
            yield return new("time namespace", () => Workplace.Figure("unshare", ["--time", "--monotonic", "1000", "--boottime", "1000", "--fork", .. command]));
        if (Workplace.Faketime is { } faketime)
            yield return new("libfaketime", () => Workplace.Figure("env", [$"LD_PRELOAD={faketime}", "FAKETIME=+1h", .. command]));
    }
}
