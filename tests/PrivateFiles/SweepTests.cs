using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Which private files a launch deletes, and which it must keep.</summary>
/// <remarks>
/// The tests run in PID namespaces of their own, where there are few processes to examine. On a loaded machine, a sweep may exceed its time. It then
/// leaves the files to a later sweep.
/// </remarks>
public class SweepTests
{
    // make AGE FILE...; make_at DATE FILE...; launch: sweeps even if the last sweep was just now; launch_while FILE: launches until FILE is gone, for a
    // limited time.
    private const string Functions = """
        own=$(stat -Lc %i /proc/self/ns/pid) gone=4194305 files=$XDG_RUNTIME_DIR/virttime
        mkdir -p -m 0700 "$files"
        make_at() { at=$1; shift; (cd "$files" && truncate -s 4096 "$@" && touch -d "$at" "$@"); }
        make() { age=$1; shift; make_at "-$age" "$@"; }
        many() { for i in $(seq 40); do echo "$1.$i"; done; }
        launch() { rm -f "$files/sweep"; "$run" -- /bin/true; }
        launch_while() { for i in $(seq 400); do [ -e "$files/$1" ] || return 0; launch; done; return 1; }
        run=$1; shift

        """;

    // The shell has more privileges than the launcher, which may not examine it. Since Linux 6.15, CAP_PERFMON or CAP_SYS_ADMIN suffices for
    // examining.
    private const string Unprivileged = """
        less=-sys_ptrace,-perfmon,-sys_admin
        launch() { rm -f "$files/sweep"; setpriv --bounding-set $less --inh-caps $less "$run" -- /bin/true; }

        """;

    [Fact(Timeout = Limits.Test)]
    public async Task Left_overs_are_deleted() =>
        await RunAsync("make 2minutes $(many $own-$gone); launch_while $own-$gone.40; for i in $(many $own-$gone); do launch_while $i; done");

    [Theory(Timeout = Limits.Test)]
    [InlineData("a file that may be its maker's still", "make 2minutes $own-1.7; make 2minutes $(many $own-$gone)", "$own-1.7")]
    [InlineData("a file that was made just now", "make 30seconds $(many $own-$gone)", "$own-$gone.7")]
    [InlineData("a file of another namespace", "make 23hours $(many 77-$gone)", "77-$gone.7")]
    [InlineData("a file of an earlier version", "make 23hours $(many $gone)", "$gone.7")]
    [InlineData("a few", "make 2minutes $own-$gone.1 $own-$gone.2", "$own-$gone.1")]
    [InlineData("something else", "make 2days $(many $own-$gone) notes.1 notes", "notes.1")]
    [InlineData("an old one that is open", "make 2days $(many 77-$gone); exec 5<\"$files/77-$gone.7\"", "77-$gone.7")]
    public async Task Others_stay(string what, string script, string file)
    {
        Assert.NotEmpty(what);
        await RunAsync($"{script}; for i in $(seq 20); do launch; done; [ -e \"$files/{file}\" ]");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("77-$gone")]
    [InlineData("$gone")]
    [InlineData("$own-$gone")]
    public async Task What_is_older_than_a_day_is_deleted(string maker) =>
        await RunAsync($"old() {{ for i in $(seq 40); do echo \"{maker}$i.0\"; done; }}; make 25hours $(old); for i in $(old); do launch_while $i; done");

    [Theory(Timeout = Limits.Test)]
    [InlineData(1024)]
    [InlineData(46)]
    [InlineData(24)]
    [InlineData(16)]
    public async Task File_that_a_process_has_in_its_environment_but_not_yet_mapped_stays(int descriptors) => await RunAsync($"""
        make 2minutes $(many $own-$gone)
        VIRT_TIME_CONF=/elsewhere/by/another/name/$own-$gone.7 sleep 100 &
        ulimit -n {descriptors}
        for i in $(seq 20); do launch; done
        for i in $(many $own-$gone); do [ $i = $own-$gone.7 ] || [ {descriptors} -lt 1024 ] || launch_while $i; done
        [ -e "$files/$own-$gone.7" ]
        """);

    [Theory(Timeout = Limits.Test)]
    [InlineData("fork")]
    [InlineData("exec")]
    public async Task File_of_a_static_program_stays_until_its_end(string way)
    {
        int seconds = Needs.IsFullRun ? 15 : 5;
        string chain = await NativeProgram.BuildAsync("launcher/process_chain.c", "-static");
        Result result = await RunAsync($$"""
            make 2minutes $(many $own-$gone)
            # Its parent ends at once, as the maker of the file has.
            VIRT_TIME_CONF=$files/$own-$gone.7 sh -c '"$@" &' sh {{chain}} {{way}} {{seconds}} >$files/../said
            while [ ! -s $files/../said ]; do launch; make 2minutes $(many $own-1$gone); done
            cat $files/../said
            for i in $(many $own-$gone); do launch_while $i; done
            """);
        Assert.Equal("fine", Assert.Single(result.Lines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_cannot_be_asked_keeps_the_files_that_are_older_than_itself() => await RunAsync(
        Unprivileged + "make 2minutes $(many $own-$gone); for i in $(seq 20); do launch; done; [ $(ls \"$files\" | grep -c \"^$own-$gone\") = 40 ]");

    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_cannot_be_asked_does_not_keep_younger_files()
    {
        Needs.FullRun();
        await RunAsync(Unprivileged + """
            sleep 4
            up=$(cut -d . -f 1 /proc/uptime)
            make 0seconds $(seq -f "$own-$gone.%.0f" $((up * 1000)) $((up * 1000 + 39)))
            sleep 64
            for i in $(seq $((up * 1000)) $((up * 1000 + 39))); do launch_while $own-$gone.$i; done
            """);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Launchers_of_different_time_namespaces_agree_on_the_age()
    {
        await Needs.TimeNamespaceAsync();
        await RunAsync("""
            in_namespace() { unshare --time --boottime 1000 --fork "$run" "$@"; }
            shown=$(basename $(in_namespace -- printenv VIRT_TIME_CONF))
            up=$(cut -d . -f 1 /proc/uptime) stamp=${shown##*.}
            [ $((stamp / 1000)) -le $up ] && [ $((stamp / 1000)) -gt $((up - 100)) ] || exit 1
            make 2minutes $(many $own-$gone)
            make 0seconds $(seq -f "$own-$gone.%.0f" $((up * 1000)) $((up * 1000 + 39)))
            for i in $(seq 20); do rm -f "$files/sweep"; in_namespace -- /bin/true; done
            [ $(ls "$files" | grep -c "^$own-$gone.$up...$") = 40 ]
            """);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("+10years")]
    [InlineData("-10years")]
    public async Task Wall_clock_that_jumps_by_years_does_not_matter(string written)
    {
        // Private files of the current minute, and of a launcher two minutes ago, last written at another date.
        string script = $$"""
            up=$(cut -d . -f 1 /proc/uptime)
            for made in $((up - 120)) $((up - 10)); do make_at "{{written}}" $(seq -f "$own-$gone.$made%g" 101 140); done
            for i in $(seq 40); do launch_while $own-$gone.$((up - 120))$((100 + i)); done
            [ $(ls $files | grep -c "^$own-$gone.$((up - 10))") = 40 ]
            """;
        await RunAsync(script);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("")]
    [InlineData("sh -c 'while :; do /bin/true; done' & sh -c 'while :; do /bin/true; done' & ")]
    public async Task Left_overs_stay_few_however_many_processes_there_are(string others) => await RunAsync($$"""
        {{others}}
        for i in $(seq 400); do sleep 1000 & done
        make 2minutes $(seq -f "$own-$gone.%g" 1000)
        for i in $(seq 300); do
            "$run" -- /bin/true
            left=$(ls $files | grep -c "^$own-$gone")
            [ $left -gt 16 ] || exit 0
        done
        echo "left=$left" >&2
        exit 1
        """);

    [Fact(Timeout = Limits.Test)]
    public async Task Where_a_lease_proves_nothing_processes_are_asked_for_their_mappings()
    {
        await Needs.MountsAsync();
        string map = await NativeProgram.BuildAsync("launcher/map_file.c");
        await RunAsync($$"""
            mkdir "$XDG_RUNTIME_DIR/base"
            mount -t tmpfs none "$XDG_RUNTIME_DIR/base"
            cd "$XDG_RUNTIME_DIR/base"
            mkdir lower upper work
            mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay "$files"
            chmod 0700 "$files"
            make 2minutes $(many $own-$gone)
            sleep 1000 | "{{map}}" "$files/$own-$gone.7" rw >/dev/null &
            sleep 1
            for i in $(many $own-$gone); do [ $i = $own-$gone.7 ] || launch_while $i; done
            [ -e "$files/$own-$gone.7" ]
            """);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Neighbour_in_another_namespace_keeps_its_files()
    {
        const string Sweeping = "while :; do make 2minutes $(many $own-$gone); launch; done";
        int uses = Needs.IsFullRun ? 150 : 50;
        string use = $$"""
            for i in $(seq {{uses}}); do
                "$run" --monotonic-at 12345s -- "$1"
            done
            """;
        string watch = await NativeProgram.BuildAsync("config/read_clock.c");
        using TemporaryDirectory runtime = new();
        using RunningProgram neighbour = InNamespace(runtime, Sweeping).Start();
        Result result = (await InNamespace(runtime, use, watch).RunAsync()).Succeeded();
        Assert.Equal(uses, result.Lines.Count);
        Assert.All(result.Lines, line => Assert.StartsWith("clock=1234", line, StringComparison.Ordinal));
        Assert.Empty(result.Error);
    }

    private static async Task<Result> RunAsync(string script)
    {
        using TemporaryDirectory runtime = new();
        return (await InNamespace(runtime, script).RunAsync()).Succeeded();
    }

    private static Command InNamespace(TemporaryDirectory runtime, string script, params string[] arguments)
    {
        Needs.Root();
        string[] unshare = ["--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", Functions + script, "sh", Paths.Launcher];
        return (Command.Of(Needs.Tool("unshare"), [.. unshare, .. arguments]) with { Limit = TimeSpan.FromSeconds(100) })
            .With("XDG_RUNTIME_DIR", runtime.Path);
    }
}
