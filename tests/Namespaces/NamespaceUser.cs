using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A user who asks for a time namespace: root, who needs nothing else, or a user who also needs a user namespace.</summary>
internal sealed class NamespaceUser : IDisposable
{
    public const string Root = "root";
    public const string Other = "an ordinary user";
    public const string RootWithoutAdmin = "root without CAP_SYS_ADMIN";
    public const string RootWithoutTime = "root without CAP_SYS_TIME";

    // Not 65534, with which the kernel represents a user without an id in the namespace.
    public const string Id = "54321";
    public const string GroupId = "54322";

    private readonly OrdinaryUser _files = new();
    private readonly string[] _become;

    private NamespaceUser(string who) => _become = who switch
    {
        Other => ["setpriv", "--reuid=" + Id, "--regid=" + GroupId, "--clear-groups"],
        RootWithoutAdmin => ["setpriv", "--bounding-set=-sys_admin"],
        RootWithoutTime => ["setpriv", "--bounding-set=-sys_time"],
        _ => ["env"],
    };

    public static TheoryData<string> All() => [Root, Other, RootWithoutAdmin, RootWithoutTime];

    public static async Task<NamespaceUser> OfAsync(string who)
    {
        await Needs.TimeNamespaceByExecAsync();
        return new NamespaceUser(who);
    }

    public string Launcher => _files.Launcher;

    /// <summary>Returns a path in a directory where every user may write.</summary>
    public string PathOf(string name) => _files.PathOf(name);

    public string Copy(string program) => _files.Copy(program);

    /// <summary>Builds a static program that prints <c>clock=…</c>.</summary>
    public async Task<string> StaticAsync()
    {
        using Targets targets = new();
        return Copy(await targets.LinkedAsync("static", "-static"));
    }

    public async Task<string> DynamicAsync()
    {
        using Targets targets = new();
        return Copy(await targets.DynamicAsync());
    }

    public Command Run(params string[] command) => Command.Of(_become[0], [.. _become[1..], .. command]);

    public Command Launch(params string[] arguments) => Run([Launcher, .. arguments]).With("XDG_RUNTIME_DIR", null);

    public void Dispose() => _files.Dispose();
}
