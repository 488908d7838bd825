using System.Text.Json.Nodes;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>A container made by runc, configured as Docker, Podman and Kubernetes configure one, and at least as confined.</summary>
/// <remarks>
/// It has Podman's default seccomp profile, a read-only root, a user id without an entry in <c>/etc/passwd</c>, <c>/proc</c> with <c>hidepid</c>,
/// <c>no_new_privs</c>, and no capability.
/// </remarks>
internal sealed class Container : IDisposable
{
    public const int User = 12345;

    private const string Profile = "/usr/share/containers/seccomp.json";

    private static int s_count;

    private readonly TemporaryDirectory _bundle = new TemporaryDirectory().Public();
    private readonly string _name = $"virttime-test-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";

    /// <summary>Creates a container with these files of the host, by their paths inside, and the libraries that they are linked with.</summary>
    public static async Task<Container> CreateAsync(params IEnumerable<(string Path, string Source)> files)
    {
        Needs.Root();
        Needs.Tool("runc");
        Assert.SkipUnless(File.Exists(Profile), $"there is no {Profile}: golang-github-containers-common is not installed");
        Container container = new();
        foreach ((string path, string source) in files)
            await container.AddAsync(path, source);
        (await Command.Of("runc", "spec", "--bundle", container._bundle.Path).RunAsync()).Succeeded();
        return container;
    }

    /// <summary>Runs a command in it, with a tmpfs at <c>/dev/shm</c> and these directories of the host.</summary>
    /// <param name="processes">A process whose PID namespace the container shares, or null.</param>
    public Command Run(string[] command, IEnumerable<string>? variables = null, IEnumerable<(string Path, string Source)>? volumes = null, int? processes = null)
    {
        string file = _bundle.File("config.json");
        JsonNode spec = JsonNode.Parse(File.ReadAllText(file))!;
        JsonNode process = spec["process"]!;
        process["terminal"] = false;
        process["args"] = new JsonArray([.. command.Select(word => (JsonNode)word)]);
        process["env"] = new JsonArray([.. (variables ?? []).Prepend("PATH=/bin").Select(variable => (JsonNode)variable)]);
        process["user"] = new JsonObject { ["uid"] = User, ["gid"] = User };
        process["noNewPrivileges"] = true;
        JsonObject none = [];
        foreach (string set in (string[])["bounding", "effective", "permitted", "inheritable", "ambient"])
            none[set] = new JsonArray();
        process["capabilities"] = none;
        spec["root"]!["readonly"] = true;
        spec["linux"]!["seccomp"] = Seccomp();
        JsonArray mounts = spec["mounts"]!.AsArray();
        JsonNode proc = mounts.Single(mount => (string)mount!["destination"]! == "/proc")!;
        proc["options"] = new JsonArray("hidepid=2", "nosuid", "noexec", "nodev");
        foreach ((string path, string source) in volumes ?? [])
        {
            mounts.Add(new JsonObject { ["destination"] = path, ["source"] = source, ["type"] = "bind", ["options"] = new JsonArray("bind", "rw", "nosuid") });
            Directory.CreateDirectory(_bundle.File("rootfs" + path));
        }

        if (processes is { } shared)
            spec["linux"]!["namespaces"]!.AsArray().Single(space => (string)space!["type"]! == "pid")!["path"] = $"/proc/{shared}/ns/pid";
        File.WriteAllText(file, spec.ToJsonString());
        return Command.Of("runc", "--root", _bundle.File("state"), "run", "--bundle", _bundle.Path, _name);
    }

    /// <summary>Runs another command in the running container, as <c>kubectl exec</c> does.</summary>
    public Command Execute(params string[] command) => Command.Of("runc", ["--root", _bundle.File("state"), "exec", _name, .. command]);

    /// <summary>Returns the id of the container's first process on the host.</summary>
    public async Task<int> ProcessAsync()
    {
        Result state = (await Command.Of("runc", "--root", _bundle.File("state"), "state", _name).RunAsync()).Succeeded();
        return (int)JsonNode.Parse(state.Output)!["pid"]!;
    }

    public void Dispose()
    {
        Command.Of("runc", "--root", _bundle.File("state"), "delete", "--force", _name).RunAsync().GetAwaiter().GetResult();
        _bundle.Dispose();
    }

    private async Task AddAsync(string path, string source)
    {
        Copy(path, source);
        Result libraries = await Command.Of("ldd", source).RunAsync();
        foreach (string word in libraries.Output.Split([' ', '\t', '\n']).Where(word => word.StartsWith('/')))
            Copy(word, word);
    }

    private void Copy(string path, string source)
    {
        string target = _bundle.File("rootfs" + path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target, overwrite: true);
        File.SetUnixFileMode(target, (UnixFileMode)0b111_101_101);
    }

    // The profile's rules depend on the machine and on capabilities. This returns the rules for x86-64 and no capability.
    private static JsonObject Seccomp()
    {
        JsonNode profile = JsonNode.Parse(File.ReadAllText(Profile))!;
        JsonArray rules = [];
        foreach (JsonNode rule in profile["syscalls"]!.AsArray().Select(rule => rule!).Where(Applies))
        {
            JsonObject plain = [];
            foreach (string key in (string[])["names", "action", "args", "errnoRet"])
            {
                if (rule[key] is { } value)
                    plain[key] = value.DeepClone();
            }

            rules.Add(plain);
        }

        return new JsonObject
        {
            ["defaultAction"] = profile["defaultAction"]!.DeepClone(),
            ["defaultErrnoRet"] = profile["defaultErrnoRet"]?.DeepClone(),
            ["architectures"] = new JsonArray("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"),
            ["syscalls"] = rules,
        };
    }

    private static bool Applies(JsonNode rule)
    {
        bool Names(string list, string key, string? value) =>
            rule[list]?[key]?.AsArray() is { Count: > 0 } names && (value == null || names.Any(name => (string)name! == value));
        bool isForMachine = !Names("includes", "arches", null) || Names("includes", "arches", "amd64");
        return isForMachine && !Names("excludes", "arches", "amd64") && !Names("includes", "caps", null);
    }
}
