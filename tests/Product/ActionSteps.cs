using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;
using YamlDotNet.RepresentationModel;

namespace VirtTime.Tests.Product;

/// <summary>Runs the composite action and the steps that follow it as GitHub's runner does.</summary>
/// <remarks>Each step is run by its own shell. Between steps, variables and paths are passed in files.</remarks>
internal sealed partial class ActionSteps
{
    private static readonly string s_folder = Path.Combine(Paths.Root, "scripts", "action");

    private readonly TemporaryDirectory _directory;
    private readonly string _folder;
    private readonly YamlMappingNode _action;
    private readonly List<string> _paths = [];
    private readonly Dictionary<string, string> _variables = [];

    /// <param name="directory">The directory for the runner's files.</param>
    /// <param name="folder">The action's folder; null for the one in the work tree.</param>
    public ActionSteps(TemporaryDirectory directory, string? folder = null)
    {
        _directory = directory;
        _folder = folder ?? s_folder;
        YamlStream stream = [];
        using (StreamReader reader = File.OpenText(Path.Combine(s_folder, "action.yml")))
            stream.Load(reader);
        _action = (YamlMappingNode)stream.Documents[0].RootNode;
    }

    public IEnumerable<string> Inputs => ((YamlMappingNode)_action["inputs"]).Children.Keys.Select(key => key.ToString());

    /// <summary>The outputs of the last use of the action.</summary>
    public Dictionary<string, string> Outputs { get; } = [];

    /// <summary>Variables of the runner that differ from the defaults.</summary>
    public Dictionary<string, string?> Runner { get; } = [];

    /// <summary>Variables that the action sets for the steps that follow.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables;

    /// <summary>Runs the action's own steps, up to the first that fails.</summary>
    public async Task<Result> UseAsync(params (string Input, string Value)[] given)
    {
        Dictionary<string, string> inputs = Inputs.ToDictionary(name => name, _ => "");
        foreach ((string input, string value) in given)
            inputs[Assert.Single(Inputs, name => name == input)] = value;

        Assert.Equal("composite", _action["runs"]["using"].ToString());
        Result? result = null;
        Outputs.Clear();
        Dictionary<string, string> put = [];
        foreach (YamlMappingNode step in ((YamlSequenceNode)_action["runs"]["steps"]).Cast<YamlMappingNode>())
        {
            Assert.Equal("bash", step["shell"].ToString());
            Dictionary<string, string> environment = ((YamlMappingNode)step["env"]).Children
                .ToDictionary(entry => entry.Key.ToString(), entry => Expand(entry.Value.ToString(), inputs));
            result = await RunAsync(Expand(step["run"].ToString(), inputs), environment);
            foreach (string[] line in (await File.ReadAllLinesAsync(_directory.File("github_output"), TestContext.Current.CancellationToken)).Select(line => line.Split('=', 2)))
                put[$"steps.{step["id"]}.outputs.{line[0]}"] = line[1];
            if (result.ExitCode != 0)
                break;
        }

        foreach ((YamlNode name, YamlNode output) in ((YamlMappingNode)_action["outputs"]).Children)
            Outputs[name.ToString()] = put.GetValueOrDefault(Expression().Match(output["value"].ToString()).Groups[1].Value, "");
        return result!;
    }

    /// <summary>Runs a step of the job.</summary>
    public Task<Result> RunAsync(string script) => RunAsync(script, []);

    private async Task<Result> RunAsync(string script, Dictionary<string, string> environment)
    {
        string file = _directory.File("step.sh"), paths = _directory.File("github_path"), variables = _directory.File("github_env"), outputs = _directory.File("github_output");
        await File.WriteAllTextAsync(file, script, TestContext.Current.CancellationToken);
        foreach (string empty in (string[])[paths, variables, outputs])
            await File.WriteAllTextAsync(empty, "", TestContext.Current.CancellationToken);

        string temporary = Directory.CreateDirectory(_directory.File("temp")).FullName;
        Command command = Command.Of("bash", "--noprofile", "--norc", "-eo", "pipefail", file) with { WorkingDirectory = _directory.Path };
        command = command.With("RUNNER_TEMP", temporary).With("RUNNER_ARCH", "X64").With("RUNNER_OS", "Linux").With("GITHUB_ACTION_PATH", _folder)
            .With("GITHUB_PATH", paths).With("GITHUB_ENV", variables).With("GITHUB_OUTPUT", outputs).With("GITHUB_SERVER_URL", "https://server.invalid")
            .With("PATH", string.Join(':', [.. _paths, Environment.GetEnvironmentVariable("PATH")]));
        foreach ((string name, string value) in _variables.Concat(environment))
            command = command.With(name, value);
        foreach ((string name, string? value) in Runner)
            command = command.With(name, value);
        Result result = await command.RunAsync();
        foreach (string line in await File.ReadAllLinesAsync(paths, TestContext.Current.CancellationToken))
            _paths.Insert(0, line);
        foreach (string[] line in (await File.ReadAllLinesAsync(variables, TestContext.Current.CancellationToken)).Select(line => line.Split('=', 2)))
            _variables[line[0]] = line[1];
        return result;
    }

    // The action uses only inputs in its expressions.
    private static string Expand(string text, Dictionary<string, string> inputs) => Expression().Replace(text, match => match.Groups[1].Value switch
    {
        string name when name.StartsWith("inputs.", StringComparison.Ordinal) => inputs[name["inputs.".Length..]],
        string name => throw new InvalidOperationException($"{name} is not known"),
    });

    [GeneratedRegex(@"\$\{\{ ([\w.-]+) \}\}")]
    private static partial Regex Expression();
}
