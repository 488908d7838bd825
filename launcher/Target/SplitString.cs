using System.Text;
using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>Splits a string into arguments by the rules of <c>env -S</c> (GNU coreutils).</summary>
internal sealed class SplitString
{
    private const string Option = "--split-string";

    private readonly string _text;
    private readonly Func<string, string?> _variable;
    private readonly List<string> _arguments = [];
    private readonly StringBuilder _current = new();
    private bool _inArgument;
    private char _quote;
    private int _position;

    private SplitString(string text, Func<string, string?> variable)
    {
        _text = text;
        _variable = variable;
    }

    /// <param name="text">The string to split.</param>
    /// <param name="variable">Returns the value of a variable for <c>${NAME}</c>; null if it is not set.</param>
    /// <exception cref="LauncherException">A quote is not closed, an escape is unknown, or a <c>$</c> does not begin <c>${NAME}</c>.</exception>
    public static string[] Split(string text, Func<string, string?> variable) => new SplitString(text, variable).Split();

    private string[] Split()
    {
        while (_position < _text.Length)
        {
            char character = _text[_position++];
            if (character == '\\' && _quote != '\'')
            {
                if (!TakeEscape())
                    break;
            }
            else if (character == '\\')
            {
                TakeEscapeInSingleQuotes();
            }
            else if (!TakeQuote(character) && !TakeSeparator(character))
            {
                if (character == '#' && !_inArgument)
                    break;

                // A variable that is not set makes no argument; an empty one does.
                string? text = character == '$' && _quote != '\'' ? TakeVariable() : character.ToString();
                if (text is not null)
                    Append(text);
            }
        }

        if (_quote != 0)
            throw new LauncherException(Option, "no closing quote");

        EndArgument();
        return [.. _arguments];
    }

    private bool TakeQuote(char character)
    {
        if (character is not ('"' or '\'') || (_quote != 0 && _quote != character))
            return false;

        _quote = _quote == 0 ? character : '\0';
        _inArgument = true;
        return true;
    }

    private bool TakeSeparator(char character)
    {
        if (_quote != 0 || character is not (' ' or '\t' or '\n' or '\v' or '\f' or '\r'))
            return false;

        EndArgument();
        return true;
    }

    /// <returns>False for <c>\c</c>, which ends the string.</returns>
    private bool TakeEscape()
    {
        if (_position == _text.Length)
            throw new LauncherException(Option, "ends in a backslash; write \\\\ for a backslash");

        char character = _text[_position++];
        switch (character)
        {
            case 'c' when _quote == 0:
                return false;
            case 'c':
                throw new LauncherException(Option, "\\c is not allowed in double quotes");
            case '_' when _quote == 0:
                EndArgument();
                return true;
        }

        Append(character switch
        {
            '_' => " ",
            'f' => "\f",
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            'v' => "\v",
            '"' or '#' or '$' or '\'' or '\\' => character.ToString(),
            _ => throw new LauncherException(Option, $"\\{character} is not an escape; write \\\\ for a backslash"),
        });
        return true;
    }

    private void TakeEscapeInSingleQuotes()
    {
        bool escapes = _position < _text.Length && _text[_position] is '\'' or '\\';
        Append(escapes ? _text[_position++].ToString() : "\\");
    }

    private string? TakeVariable()
    {
        int end = _position < _text.Length && _text[_position] == '{' ? _text.IndexOf('}', _position) : -1;
        string name = end < 0 ? "" : _text[(_position + 1)..end];
        if (!IsName(name))
            throw new LauncherException(Option, "only ${NAME} is expanded; write \\$ for a dollar sign");

        _position = end + 1;
        return _variable(name);
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    private void Append(string text)
    {
        _current.Append(text);
        _inArgument = true;
    }

    private void EndArgument()
    {
        if (_inArgument)
            _arguments.Add(_current.ToString());

        _current.Clear();
        _inArgument = false;
    }
}
