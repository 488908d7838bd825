using System.Diagnostics.CodeAnalysis;

namespace VirtTime.Unwind;

/// <summary>The command line.</summary>
/// <param name="Object">The path of the object file, which is rewritten in place.</param>
/// <param name="Personalities">Personality routines by function, both as symbols. Unwinders call the routine when they pass through the
/// function.</param>
internal sealed record Options(string Object, IReadOnlyDictionary<string, string> Personalities)
{
    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out Options? options)
    {
        options = null;
        string? path = null;
        Dictionary<string, string> personalities = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--personality")
            {
                if (++i == arguments.Length || arguments[i].Split('=') is not [{ Length: > 0 } function, { Length: > 0 } personality])
                    return false;
                personalities[function] = personality;
            }
            else if (path != null || arguments[i].StartsWith('-'))
            {
                return false;
            }
            else
            {
                path = arguments[i];
            }
        }

        options = path == null ? null : new(path, personalities);
        return options != null;
    }
}
