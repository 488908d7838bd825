using System.Runtime.CompilerServices;
using VirtTime.Config;
using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>An environment for another program: its settings for this library, and its corrected copy.</summary>
internal unsafe struct InheritedEnvironment
{
    private const nuint SmallestPage = 4096;
    private const nuint NoPage = 1;

    private byte** _variables;
    private int _count;
    private byte* _preload;
    private byte* _config;
    private byte* _inherit;
    private bool _hasInterposer;

    /// <summary>Whether a variable has the value 0, which means no.</summary>
    public static bool IsNo(byte* value) => value != null && value[0] == (byte)'0' && value[1] == 0;

    /// <summary>Whether the program is to run on the host's clocks.</summary>
    public readonly bool Leaves => IsNo(_inherit);

    /// <summary>Whether the environment lacks <c>VIRT_TIME_WARN=0</c>.</summary>
    public readonly bool Warns
    {
        get
        {
            fixed (byte* warn = "VIRT_TIME_WARN="u8)
                return !IsNo(Environment.Find(_variables, warn));
        }
    }

    /// <summary>Whether this library has to be added to <c>LD_PRELOAD</c>.</summary>
    public readonly bool LacksInterposer => !_hasInterposer && !Leaves;

    /// <summary>Whether the environment needs no correction.</summary>
    public readonly bool IsRight => Leaves ? !_hasInterposer && _config == null : _hasInterposer && HasConfig;

    /// <summary>How many bytes the corrected copy takes at most.</summary>
    public readonly nint Size => ((_count + 3) * sizeof(byte*)) + PreloadSize;

    /// <summary>The value that <c>VIRT_TIME_CONF</c> must have: the one in the environment, otherwise this process's config file.</summary>
    public readonly byte* Config => HasConfig ? _config : MappedConfig.PathOf(Startup.Config);

    /// <summary>How many bytes <see cref="WritePreload"/> takes at most.</summary>
    public readonly int PreloadSize
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => 16 + CString.Length(PreloadList.Interposer) + (_preload == null ? 0 : CString.Length(_preload));
    }

    // The library, too, treats an empty value as none when it starts.
    private readonly bool HasConfig => _config != null && *_config != 0;

    /// <summary>Reads an environment, and keeps its address.</summary>
    /// <returns>False if it cannot be read; the real function reports that.</returns>
    public bool TryRead(byte** variables)
    {
        _variables = variables;
        _count = 0;
        _preload = null;
        _config = null;
        _inherit = null;
        _hasInterposer = false;
        nuint arrayPage = NoPage, textPage = NoPage;
        fixed (byte* preload = "LD_PRELOAD="u8, config = "VIRT_TIME_CONF="u8, inherit = "VIRT_TIME_INHERIT="u8)
        {
            for (; variables != null; variables++, _count++)
            {
                if (!CanRead(variables, ref arrayPage))
                    return false;
                byte* text = *variables;
                if (text == null)
                    break;
                if (!CanRead(text, ref textPage))
                    return false;

                // Of several entries for one variable, glibc's loader uses the last (LD_PRELOAD), and this library the first.
                if (*text == (byte)'L' && CString.After(text, preload) is var list && list != null)
                    _preload = list;
                else if (*text == (byte)'V')
                {
                    if (_config == null)
                        _config = CString.After(text, config);
                    if (_inherit == null)
                        _inherit = CString.After(text, inherit);
                }
            }
        }

        if (_preload != null && !UserMemory.IsReadableText(_preload))
            return false;
        _hasInterposer = _preload != null && PreloadList.HasInterposer(_preload);
        return true;
    }

    /// <summary>Writes the corrected copy. Variables that need no correction keep their order.</summary>
    /// <param name="memory"><see cref="Size"/> bytes.</param>
    /// <param name="given">The environment that was read.</param>
    public static byte** Write(byte* memory, InheritedEnvironment* given)
    {
        byte** first = (byte**)memory;
        byte** next = first;
        bool changesPreload = given->LacksInterposer || (given->Leaves && given->_hasInterposer);
        bool changesConfig = given->Leaves || !given->HasConfig;
        if (changesPreload)
        {
            byte* text = memory + ((given->_count + 3) * sizeof(byte*));
            if (given->WritePreload(text)[-1] != (byte)'=')
                *next++ = text;
        }

        if (changesConfig && !given->Leaves)
            *next++ = Startup.Config->Variable;

        fixed (byte* preload = "LD_PRELOAD="u8, config = "VIRT_TIME_CONF="u8)
        {
            for (int i = 0; i < given->_count; i++)
            {
                byte* text = given->_variables[i];
                if (!(changesPreload && CString.After(text, preload) != null) && !(changesConfig && CString.After(text, config) != null))
                    *next++ = text;
            }
        }

        *next = null;
        return first;
    }

    /// <summary>Writes the corrected <c>LD_PRELOAD</c>, and returns the address of its NUL.</summary>
    public readonly byte* WritePreload(byte* to) => PreloadList.Write(to, _preload, !Leaves);

    // Asks once for each page. Of an object that crosses a page's end, only the first page is asked about.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool CanRead(void* address, ref nuint page)
    {
        nuint here = (nuint)address & ~(SmallestPage - 1);
        if (here == page)
            return true;
        page = here;
        return IsReadable((nuint)address);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsReadable(nuint address) => UserMemory.IsReadable((void*)(address & ~(nuint)3));
}
