namespace VirtTime.Unwind;

/// <summary>Thrown if no correct table can be made. The message is for the person who builds the library.</summary>
public sealed class UnwindException(string message) : Exception(message);
