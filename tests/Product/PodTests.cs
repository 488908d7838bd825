using System.Globalization;
using k8s;
using k8s.Models;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>
/// The pods of <c>scripts/container</c>: parsed strictly with Kubernetes' schema, and run by runc with a test program as the application.
/// </summary>
public class PodTests
{
    private const string Launcher = "/virttime/virttime-run";
    private const string Config = "/virttime/clock.conf";

    [Theory]
    [InlineData("pod.yaml")]
    [InlineData("pod-image-volume.yaml")]
    [InlineData("pod-steered.yaml")]
    public void Nobody_in_it_has_a_privilege(string name)
    {
        V1PodSpec spec = Read(name).Spec;
        Assert.True(spec.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", spec.SecurityContext.SeccompProfile.Type);
        IList<V1Container> all = [.. spec.InitContainers ?? [], .. spec.Containers];
        Assert.Equal(all.Count, all.Select(container => container.Name).Distinct().Count());
        Assert.All(all, container =>
        {
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Null(container.SecurityContext.Capabilities.Add);
            Assert.All(container.VolumeMounts, mount => Assert.Single(spec.Volumes, volume => volume.Name == mount.Name));
        });
    }

    [Fact]
    public void Misspelt_field_is_found() =>
        Assert.ThrowsAny<Exception>(() => Parse(Text("pod.yaml").Replace("volumeMounts:", "volumeMount:", StringComparison.Ordinal)));

    [Fact(Timeout = Limits.Test)]
    public async Task Application_and_what_is_executed_beside_it_see_the_clock()
    {
        V1Pod pod = Read("pod.yaml");
        using Volume volume = await Volume.FilledAsync(pod);
        using Container app = await ApplicationAsync();
        using RunningProgram running = RunApplication(app, pod, volume).Start();
        Limits.AssertJustAfter(12345, await running.ReadNumberAsync("clock"));

        Result beside = (await app.Execute("/bin/watch_clock").RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, beside.Number("clock"));
        (await app.Execute(Launcher, "--monotonic-at", "70000", "--config", Config).RunAsync()).Succeeded();
        await running.WriteAsync("\n");
        Limits.AssertJustAfter(70000, await running.ReadNumberAsync("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Image_volume_needs_no_init_container()
    {
        V1Pod pod = Read("pod-image-volume.yaml");
        using Volume volume = Volume.Empty();
        File.Copy(Paths.Launcher, volume.Directory.File("virttime-run"));
        File.Copy(Paths.Library, volume.Directory.File("libvirttime.so"));
        using Volume clock = Volume.Empty();
        using Container app = await ApplicationAsync();
        V1Container container = pod.Spec.Containers.Single();
        string[] command = [.. container.Command, "/bin/watch_clock"];
        using RunningProgram running = app.Run(
            command, Variables(container), [("/virttime", volume.Directory.Path), ("/clock", clock.Directory.Path)]).Start();
        Limits.AssertJustAfter(12345, await running.ReadNumberAsync("clock"));
        Limits.AssertJustAfter(12345, (await app.Execute("/bin/watch_clock").RunAsync()).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Second_container_sets_the_clock_of_the_first_and_wakes_who_waits()
    {
        V1Pod pod = Read("pod-steered.yaml");
        Assert.True(pod.Spec.ShareProcessNamespace);
        using Volume volume = await Volume.FilledAsync(pod);
        using Container app = await ApplicationAsync();
        V1Container first = pod.Spec.Containers[0];
        using RunningProgram waiting = app.Run(["/bin/slot_wait", "clock_nanosleep", "3600000"], Variables(first), Mounts(first, volume)).Start();
        await waiting.ReadNumberAsync("thread");
        await waiting.ReadNumberAsync("deadline");

        using Container steering = await ApplicationAsync();
        V1Container second = pod.Spec.Containers[1];
        string[] steer = [Launcher, "--config", Config, "--advance", "2h"];
        Command command = steering.Run(steer, [], Mounts(second, volume), await app.ProcessAsync());
        Result steered = await command.RunAsync();
        Assert.SkipWhen(steered.Error.Contains("cannot be stopped: permission denied", StringComparison.Ordinal), "this machine forbids tracing: " + steered.Error.Trim());
        steered.Succeeded();

        // The program waits for an hour. Without the move it would exceed its limit of half a minute.
        Assert.Equal(0, await waiting.ReadNumberAsync("error"));
    }

    private static Task<Container> ApplicationAsync() => ContainerOf("watch_clock.c", "slot_wait.c");

    private static async Task<Container> ContainerOf(params string[] programs)
    {
        List<(string, string)> files = [];
        foreach (string program in programs)
            files.Add(("/bin/" + Path.GetFileNameWithoutExtension(program), await NativeProgram.BuildAsync(program)));
        return await Container.CreateAsync(files);
    }

    private static Command RunApplication(Container app, V1Pod pod, Volume volume)
    {
        V1Container container = pod.Spec.Containers[0];
        return app.Run(["/bin/watch_clock"], Variables(container), Mounts(container, volume));
    }

    private static IEnumerable<string> Variables(V1Container container) => container.Env.Select(variable => $"{variable.Name}={variable.Value}");

    private static IEnumerable<(string, string)> Mounts(V1Container container, Volume volume) =>
        container.VolumeMounts.Select(mount => (mount.MountPath, volume.Directory.Path));

    private static V1Pod Read(string name)
    {
        V1Pod pod = Parse(Text(name));
        Assert.Equal(Container.User.ToString(CultureInfo.InvariantCulture), $"{pod.Spec.SecurityContext.RunAsUser}");
        return pod;
    }

    private static string Text(string name) => File.ReadAllText(Path.Combine(Paths.Root, "scripts", "container", name));

    private static V1Pod Parse(string text) => KubernetesYaml.Deserialize<V1Pod>(text, strict: true);

    /// <summary>An <c>emptyDir</c> volume.</summary>
    private sealed class Volume : IDisposable
    {
        public TemporaryDirectory Directory { get; } = new();

        public static Volume Empty()
        {
            Volume volume = new();
            File.SetUnixFileMode(volume.Directory.Path, (UnixFileMode)0b111_111_111);
            return volume;
        }

        /// <summary>Returns the volume after the init containers, which use the image of the two files.</summary>
        public static async Task<Volume> FilledAsync(V1Pod pod)
        {
            Volume volume = Empty();
            foreach (V1Container init in pod.Spec.InitContainers)
            {
                using Container container = await Container.CreateAsync(("/virttime-run", Paths.Launcher), ("/libvirttime.so", Paths.Library));
                (await container.Run(["/virttime-run", .. init.Args], [], Mounts(init, volume)).RunAsync()).Succeeded();
            }

            return volume;
        }

        public void Dispose() => Directory.Dispose();
    }
}
