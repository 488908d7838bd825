using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestFramework(typeof(VirtTime.Tests.Harness.ProgressFramework))]

namespace VirtTime.Tests.Harness;

/// <summary>xunit's framework, which in addition appends a line to the file that VIRTTIME_TEST_PROGRESS names when a test class ends.</summary>
/// <remarks>A logger of <c>dotnet test</c> gets events of single tests only, and so cannot tell when a class has ended.</remarks>
public sealed class ProgressFramework : XunitTestFramework
{
    protected override ITestFrameworkExecutor CreateExecutor(Assembly assembly) => new Executor(base.CreateExecutor(assembly));

    private sealed class Executor(ITestFrameworkExecutor inner) : ITestFrameworkExecutor
    {
        public ValueTask RunTestCases(
            IReadOnlyCollection<ITestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions,
            CancellationToken? cancellationToken = null) =>
            inner.RunTestCases(testCases, new ProgressSink(executionMessageSink), executionOptions, cancellationToken);
    }

    private sealed class ProgressSink(IMessageSink next) : IMessageSink
    {
        private const string Prefix = "VirtTime.Tests.";

        private readonly ConcurrentDictionary<string, (string Name, long Start)> _classes = new();

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestClassStarting starting)
                _classes[starting.TestClassUniqueID ?? ""] = (starting.TestClassName, Stopwatch.GetTimestamp());
            else if (message is ITestClassFinished finished && _classes.TryRemove(finished.TestClassUniqueID ?? "", out (string Name, long Start) ended))
                Progress.Say(Describe(ended.Name, finished, Stopwatch.GetElapsedTime(ended.Start)));
            return next.OnMessage(message);
        }

        private static string Describe(string name, ITestClassFinished tests, TimeSpan time)
        {
            string shortName = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
            string failed = tests.TestsFailed == 0 ? "" : $", {tests.TestsFailed} failed";
            string skipped = tests.TestsSkipped == 0 ? "" : $", {tests.TestsSkipped} skipped";
            int passed = tests.TestsTotal - tests.TestsFailed - tests.TestsSkipped - tests.TestsNotRun;
            return FormattableString.Invariant($"{time.TotalSeconds,6:0.0} s  {shortName}: {passed} passed{failed}{skipped}");
        }
    }
}
