using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>A slot, what marks it in the file, and who has it in this process.</summary>
internal unsafe struct SlotPlace
{
    public timespec* Deadline;

    /// <summary><see cref="SlotMark"/>; all who have the file mapped see it.</summary>
    public byte* Mark;

    /// <summary>The call that has taken the slot, 0 for none in this process. Zero in a forked child.</summary>
    public nint* Owner;
}

/// <summary>
/// The slots that this process's threads may need, mapped in chunks when they are first needed: thread ids of one process lie close together, and
/// what is mapped counts for <c>mlockall</c>.
/// </summary>
internal static unsafe class SlotChunks
{
    private const int SlotsPerChunk = 4096;
    private const int ChunkCount = ConfigLayout.SlotCount / SlotsPerChunk;
    private const nint SlotBytes = SlotsPerChunk * ConfigLayout.SlotSize;

    // Two words for the whole process, then the owners. The first page of what holds them is the chunk's own.
    private const nint WordBytes = 16;
    private const nint OwnerBytes = WordBytes + (SlotsPerChunk * 8);

    private const int NoDescriptor = -1;

    // Every so many slots it is found out whether they can be written: they lie on one page, and begin 16 bytes into it.
    private const int SlotsPerPage = 256;

    private static MappedConfig* s_config;
    private static Directory s_chunks;
    private static WritablePages s_writable;

    private struct Directory
    {
        public fixed long Chunks[ChunkCount];
    }

    /// <summary>Where a chunk's first slot, mark and owner are. Lies on a page of its own, before the owners.</summary>
    private struct Chunk
    {
        public timespec* Slots;
        public byte* Marks;
        public nint* Owners;
    }

    private struct WritablePages
    {
        public fixed byte Bits[ConfigLayout.SlotCount / SlotsPerPage / 8];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool Has(uint slot) => (Bits[slot / SlotsPerPage / 8] & (1u << (int)(slot / SlotsPerPage % 8))) != 0;

        // Another thread's bit may get lost meanwhile; then that page is asked about once more.
        public void Add(uint slot) => Bits[slot / SlotsPerPage / 8] |= (byte)(1u << (int)(slot / SlotsPerPage % 8));
    }

    /// <summary>Whether the kernel clears what this process knows of its slots in its forked children.</summary>
    public static bool AreOwnersWipedOnFork { get; private set; }

    /// <summary>
    /// A word that is 0 in a process that was just forked; null until a chunk is mapped. The next one tells whether the process has a
    /// <see cref="UserMark"/>: then it is not 0, and is the <see cref="Config.ReservedChoice"/> where there is one.
    /// </summary>
    public static nint* ProcessWord { get; private set; }

    /// <summary>The choice that no other process takes; <see cref="ReservedChoice.None"/> where there is none.</summary>
    public static int OwnChoice => ProcessWord[1] < SlotMark.SharedChoices ? ReservedChoice.None : (int)ProcessWord[1];

    public static void Use(MappedConfig* config) => s_config = config;

    /// <summary>Maps the chunk of a slot while the file is open, which takes fewer system calls.</summary>
    /// <param name="isMarked">This process has a <see cref="UserMark"/>.</param>
    public static void MapWhileOpen(MappedConfig* config, int descriptor, int slot, bool isMarked)
    {
        if (Map(config, descriptor, slot / SlotsPerChunk) == null || !AreOwnersWipedOnFork || !isMarked)
            return;
        bool hasMarks = config->IsWritable && config->Size >= ConfigLayout.FileSize;
        int choice = hasMarks ? ReservedChoice.Take(config, descriptor, slot) : ReservedChoice.None;
        ProcessWord[1] = choice == ReservedChoice.None ? 1 : choice;
    }

    /// <summary>Makes a slot ready to be written without a fault, and says where it is. False where it cannot be had.</summary>
    /// <param name="slot">Its number, below <see cref="ConfigLayout.SlotCount"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFind(int slot, out SlotPlace place)
    {
        uint number = (uint)slot / SlotsPerChunk;
        Chunk* chunk = (Chunk*)(nint)Volatile.Read(ref s_chunks.Chunks[number]);
        if (chunk == null)
            chunk = Map(s_config, NoDescriptor, (int)number);
        if (chunk == null)
        {
            place = default;
            return false;
        }

        uint index = (uint)slot % SlotsPerChunk;
        place.Deadline = chunk->Slots + index;
        place.Mark = chunk->Marks + index;
        place.Owner = chunk->Owners + index;
        return s_writable.Has((uint)slot) || TryMakeWritable((uint)slot, place);
    }

    public static bool IsMapped(int slot) => Volatile.Read(ref s_chunks.Chunks[(uint)slot / SlotsPerChunk]) != 0;

    /// <summary>Says that a deadline of this process is kept elsewhere, where there is a file.</summary>
    public static void SayUnmovable()
    {
        if (s_config != null)
            s_config->Say(ConfigExtension.HasUnmovableCalls);
    }

    /// <summary>Says that this process uses the file without a <see cref="UserMark"/> of its own, if that is so.</summary>
    public static void SayUncounted()
    {
        if (s_config != null && ProcessWord[1] == 0)
            s_config->Say(ConfigExtension.HasUncountedUsers);
    }

    /// <summary>Whether others see a slot, and so can move what is in it.</summary>
    public static bool IsInFile(int slot) => HasSlotsInFile(s_config, (int)((uint)slot / SlotsPerChunk));

    private static bool HasSlotsInFile(MappedConfig* config, int chunk) =>
        config->IsWritable && config->Size >= ConfigLayout.SlotsPosition + ((chunk + 1) * (long)SlotBytes);

    // Two threads may do this at once: the first decides, and the other puts its own away. Null to one that has the file open, whose locks end with that.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Chunk* Map(MappedConfig* config, int descriptor, int number)
    {
        if (config == null)
            return null;
        nint slots = HasSlotsInFile(config, number)
            ? MapPart(config, descriptor, (nint)ConfigLayout.SlotsPosition + (number * SlotBytes), SlotBytes)
            : FileMapping.MapPrivate(SlotBytes);
        nint marks = config->IsWritable && config->Size >= ConfigLayout.FileSize
            ? MapPart(config, descriptor, (nint)ConfigLayout.SlotClocksPosition + (number * SlotsPerChunk), SlotsPerChunk)
            : FileMapping.MapPrivate(SlotsPerChunk);
        nint made = FileMapping.MapPrivate(FileMapping.PageSize + OwnerBytes);
        if (!Kernel.IsError(slots) && !Kernel.IsError(marks) && !Kernel.IsError(made))
        {
            Chunk* chunk = (Chunk*)made;
            chunk->Slots = (timespec*)slots;
            chunk->Marks = (byte*)marks;
            chunk->Owners = (nint*)(made + FileMapping.PageSize + WordBytes);
            bool isWiped = FileMapping.WipeOnFork(made + FileMapping.PageSize, OwnerBytes);
            if (Interlocked.CompareExchange(ref s_chunks.Chunks[number], made, 0) == 0)
            {
                AreOwnersWipedOnFork = isWiped;
                if (ProcessWord == null)
                    ProcessWord = (nint*)(made + FileMapping.PageSize);
                return chunk;
            }
        }

        Release(slots, SlotBytes);
        Release(marks, SlotsPerChunk);
        Release(made, FileMapping.PageSize + OwnerBytes);
        return descriptor == NoDescriptor ? (Chunk*)(nint)Volatile.Read(ref s_chunks.Chunks[number]) : null;
    }

    private static nint MapPart(MappedConfig* config, int descriptor, nint position, nint length) => descriptor == NoDescriptor
        ? FileMapping.MapAgain(config->FirstPage, position, length)
        : FileMapping.MapPart(descriptor, position, length);

    private static void Release(nint address, nint length)
    {
        if (!Kernel.IsError(address))
            FileMapping.Unmap(address, length);
    }

    // A file's pages have to be had first: a disk without space would answer a store with SIGBUS.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryMakeWritable(uint slot, SlotPlace place)
    {
        uint inPage = slot % SlotsPerPage;
        timespec* first = place.Deadline - inPage;
        bool isWritable = UserMemory.IsWritable(first) && UserMemory.IsWritable(first + (SlotsPerPage - 1))
            && UserMemory.IsWritable(place.Mark - inPage);
        if (isWritable)
            s_writable.Add(slot);
        return isWritable;
    }
}
