using Mono.Unix.Native;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Commands.Adjust;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Commands.Criu;

/// <summary><c>--criu-action</c>: acts as CRIU's action script at a stage (<c>CRTOOLS_SCRIPT_ACTION</c>), for the whole tree of processes.</summary>
/// <remarks>
/// At <c>post-dump</c> all threads are stopped, and a failure fails the dump. At <c>pre-restore</c> there are no processes yet, and the file must
/// exist before criu maps it. At <c>post-restore</c> all threads are stopped and have it mapped; a failure ends them and fails the restore. Other
/// stages are ignored: threads run there, or a failure has no effect.
/// </remarks>
internal static class CriuAction
{
    private const string Stage = "CRTOOLS_SCRIPT_ACTION";
    private const string Root = "CRTOOLS_INIT_PID";

    /// <exception cref="LauncherException">A check fails, or a file cannot be read or written.</exception>
    public static int Run(Request request)
    {
        string path = request.Config.Path!;
        switch (EnvironmentBlock.Current.Find(Stage))
        {
            case null or "":
                throw new LauncherException(Stage, "is not set; --criu-action works only as an action script of CRIU");
            case "post-dump":
                AfterDump(Absolute(path), RootProcess());
                break;
            case "pre-restore":
                BeforeRestore(Absolute(path));
                break;
            case "post-restore":
                AfterRestore(Absolute(path), RootProcess(), request.Config.Elapsed);
                break;
            default:
                break;
        }

        return ExitStatus.Success;
    }

    private static void AfterDump(string path, int root)
    {
        using ImageDirectory images = ImageDirectory.Open();
        using OpenConfig config = OpenConfig.TryOpen(path, toWrite: true) ?? throw ConfigErrors.Missing(path);
        TreeCheck.Demand(config, root);
        if (BootCheck.IsOfOtherBoot(ConfigHeader.Read(config)))
            throw ConfigErrors.SavedOnOtherBoot(path);

        TimeNamespace.Difference difference = TimeNamespace.Between(root);
        using ConfigLock held = new(config);
        using (LayoutMapping layout = new(config))
            UnmovableCalls.Refuse(layout, force: false);
        DumpImage.Write(images, config, () => difference.Apply(HostClocks.Now()));
    }

    private static void BeforeRestore(string path)
    {
        using ImageDirectory images = ImageDirectory.Open();
        using DumpImage image = DumpImage.Open(images);
        ConfigRestoration.Run(path, image);
    }

    private static void AfterRestore(string path, int root, bool addElapsed)
    {
        using ImageDirectory images = ImageDirectory.Open();
        using DumpImage image = DumpImage.Open(images);
        using OpenConfig config = OpenConfig.TryOpen(path, toWrite: true) ?? throw ConfigErrors.Missing(path);

        // If criu restores a tree without privileges, the launcher cannot inspect the tree until it runs. Such a tree has no time namespace of its
        // own.
        bool isOpen = TreeCheck.DemandIfOpen(config, root);
        TimeNamespace.Difference difference = isOpen || Syscall.geteuid() == 0 ? TimeNamespace.Between(root) : default;
        SavedClocks.ResumeFrom(config, image.Clocks, () => difference.Apply(HostClocks.Now()), addElapsed);
    }

    private static int RootProcess() =>
        OptionValues.TryParsePid(EnvironmentBlock.Current.Find(Root) ?? "")
            ?? throw new LauncherException(Root, $"\"{EnvironmentBlock.Current.Find(Root)}\" is not a process id");

    private static string Absolute(string path) => path is ['/', ..]
        ? path
        : throw new LauncherException(ConfigErrors.What(path), "is not an absolute path, but CRIU changes its working directory; give an absolute path");
}
