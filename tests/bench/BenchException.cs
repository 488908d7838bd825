namespace VirtTime.Bench;

/// <summary>A measurement that is impossible; the message gives the reason.</summary>
internal sealed class BenchException(string message) : Exception(message);
