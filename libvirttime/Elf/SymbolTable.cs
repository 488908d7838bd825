using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>The dynamic symbols of one object in memory. Lookups do not allocate or lock; a symbol that is not found is 0.</summary>
internal unsafe ref struct SymbolTable
{
    // This bit of a version index marks a version that is not the default: `pthread_cond_timedwait@GLIBC_2.2.5`, with one @.
    private const ushort HiddenVersion = 0x8000;

    private readonly nuint _base;
    private Elf64_Sym* _symbols;
    private byte* _strings;
    private uint* _gnuHash;
    private uint* _hash;
    private ushort* _versions;
    private nuint _soname;

    /// <param name="loadBias">The number to add to the object's own addresses.</param>
    /// <param name="dynamic">Its dynamic section.</param>
    public SymbolTable(nuint loadBias, Elf64_Dyn* dynamic)
    {
        _base = loadBias;
        _symbols = null;
        _strings = null;
        _gnuHash = null;
        _hash = null;
        _versions = null;
        _soname = 0;
        for (; dynamic != null && dynamic->d_tag != Elf64_Dyn.DT_NULL; dynamic++)
            Note(dynamic->d_tag, dynamic->d_val);
        if (_soname != 0)
            _soname += (nuint)_strings;
    }

    public SymbolTable(link_map* map)
        : this(map->l_addr, map->l_ld)
    {
    }

    /// <summary>The object's <c>DT_SONAME</c>; null for a program.</summary>
    public readonly byte* Soname => (byte*)_soname;

    /// <summary>The load bias: the number to add to the object's own addresses.</summary>
    public readonly nuint Base => _base;

    /// <summary>The number of symbols, including the empty first one; 0 if unknown.</summary>
    public readonly uint Count => _hash != null ? _hash[1] : _gnuHash != null ? CountByGnuHash() : 0;

    public readonly Elf64_Sym* At(uint index) => &_symbols[index];

    public readonly byte* NameOf(Elf64_Sym* symbol) => _strings + symbol->st_name;

    /// <summary>The address of the definition that a newly linked program binds to, or 0. An indirect function is resolved.</summary>
    public readonly nint Find(byte* name) => Find(name, hidden: 0);

    /// <summary>The address of a definition that only programs linked long ago bind to, or 0.</summary>
    public readonly nint FindOld(byte* name) => Find(name, HiddenVersion);

    private readonly nint Find(byte* name, ushort hidden)
    {
        if (_symbols == null || _strings == null)
            return 0;
        Elf64_Sym* symbol = _gnuHash != null ? FindByGnuHash(name, hidden) : _hash != null ? FindByHash(name, hidden) : null;
        if (symbol == null)
            return 0;
        nuint address = _base + symbol->st_value;
        return symbol->Type == Elf64_Sym.STT_GNU_IFUNC ? IndirectFunction.Resolve(address) : (nint)address;
    }

    private void Note(long tag, nuint value)
    {
        // glibc has already added the load bias in memory; musl and the vDSO have not.
        nuint address = value < _base ? value + _base : value;
        if (tag == Elf64_Dyn.DT_SYMTAB)
            _symbols = (Elf64_Sym*)address;
        else if (tag == Elf64_Dyn.DT_STRTAB)
            _strings = (byte*)address;
        else if (tag == Elf64_Dyn.DT_GNU_HASH)
            _gnuHash = (uint*)address;
        else if (tag == Elf64_Dyn.DT_HASH)
            _hash = (uint*)address;
        else if (tag == Elf64_Dyn.DT_VERSYM)
            _versions = (ushort*)address;
        else if (tag == Elf64_Dyn.DT_SONAME)
            _soname = value;
    }

    private readonly Elf64_Sym* FindByGnuHash(byte* name, ushort hidden)
    {
        uint bucketCount = _gnuHash[0];
        uint firstSymbol = _gnuHash[1];
        uint bloomSize = _gnuHash[2];
        int bloomShift = (int)_gnuHash[3];
        ulong* bloom = (ulong*)(_gnuHash + 4);
        uint* buckets = (uint*)(bloom + bloomSize);
        uint* chain = buckets + bucketCount;
        if (bucketCount == 0 || bloomSize == 0)
            return null;

        uint hash = GnuHash(name);
        ulong filter = bloom[(hash / 64) & (bloomSize - 1)];
        if (((filter >> (int)(hash & 63)) & (filter >> (int)((hash >> bloomShift) & 63)) & 1) == 0)
            return null;
        uint index = buckets[hash % bucketCount];
        if (index < firstSymbol)
            return null;
        for (; ; index++)
        {
            uint candidate = chain[index - firstSymbol];
            if ((candidate | 1) == (hash | 1) && IsDefinitionOf(index, name, hidden))
                return &_symbols[index];
            if ((candidate & 1) != 0)
                return null;
        }
    }

    private readonly Elf64_Sym* FindByHash(byte* name, ushort hidden)
    {
        uint bucketCount = _hash[0];
        uint* buckets = _hash + 2;
        uint* chain = buckets + bucketCount;
        if (bucketCount == 0)
            return null;
        for (uint index = buckets[SysvHash(name) % bucketCount]; index != 0; index = chain[index])
        {
            if (IsDefinitionOf(index, name, hidden))
                return &_symbols[index];
        }

        return null;
    }

    private readonly bool IsDefinitionOf(uint index, byte* name, ushort hidden)
    {
        Elf64_Sym* symbol = &_symbols[index];
        return symbol->st_shndx != Elf64_Sym.SHN_UNDEF
            && symbol->Type != Elf64_Sym.STT_TLS
            && ((_versions == null ? 0 : _versions[index]) & HiddenVersion) == hidden
            && CString.AreEqual(_strings + symbol->st_name, name);
    }

    // The last symbol is at the end of the chain that starts last.
    private readonly uint CountByGnuHash()
    {
        uint bucketCount = _gnuHash[0];
        uint firstSymbol = _gnuHash[1];
        uint* buckets = _gnuHash + 4 + (2 * _gnuHash[2]);
        uint* chain = buckets + bucketCount;
        uint last = 0;
        for (uint i = 0; i < bucketCount; i++)
            last = buckets[i] > last ? buckets[i] : last;
        if (last < firstSymbol)
            return firstSymbol;
        while ((chain[last - firstSymbol] & 1) == 0)
            last++;
        return last + 1;
    }

    private static uint GnuHash(byte* name)
    {
        uint hash = 5381;
        for (; *name != 0; name++)
            hash = (hash * 33) + *name;
        return hash;
    }

    private static uint SysvHash(byte* name)
    {
        uint hash = 0;
        for (; *name != 0; name++)
        {
            hash = (hash << 4) + *name;
            uint high = hash & 0xf0000000;
            hash ^= high >> 24;
            hash &= ~high;
        }

        return hash;
    }
}
