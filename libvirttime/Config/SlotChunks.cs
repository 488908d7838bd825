using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>The addresses of a slot, of its mark in the file, and of its owner in this process.</summary>
internal unsafe struct SlotPlace
{
    public timespec* Deadline;

    /// <summary><see cref="SlotMark"/>; shared with all processes that have the file mapped.</summary>
    public byte* Mark;

    /// <summary>The claim of the call that has taken the slot; 0 if no call of this process has. Zero in a forked child.</summary>
    public nint* Owner;
}

/// <summary>Maps the slots of this process's threads in chunks, each when it is first needed.</summary>
/// <remarks>
/// The thread ids of one process lie close together, so a few chunks are enough. Everything that is mapped counts for <c>mlockall</c>.
/// </remarks>
internal static unsafe class SlotChunks
{
    private const int SlotsPerChunk = 4096;
    private const int ChunkCount = ConfigLayout.SlotCount / SlotsPerChunk;
    private const nint SlotBytes = SlotsPerChunk * ConfigLayout.SlotSize;

    // Two words for the whole process, then the owners. The page in front of them holds the Chunk: it must survive a fork, which clears the words and
    // the owners.
    private const nint WordBytes = 16;
    private const nint OwnerBytes = WordBytes + (SlotsPerChunk * 8);

    // Thread ids rise, so the slots of a chunk this far back are hardly used any more.
    private const int ChunksKept = 4;

    private const int NoDescriptor = -1;

    // Writability is probed once for this many slots. They take 4096 bytes from the 17th byte of a page on, so the last of them lies on the next
    // page.
    private const int SlotsPerPage = 256;

    private static MappedConfig* s_config;
    private static Directory s_chunks;
    private static WritablePages s_writable;

    private struct Directory
    {
        public fixed long Chunks[ChunkCount];
    }

    /// <summary>Addresses of a chunk's first slot, mark and owner. On a page of its own, in front of the owners.</summary>
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

        // Not atomic: another thread's bit may get lost. Its page is then probed once more.
        public void Add(uint slot) => Bits[slot / SlotsPerPage / 8] |= (byte)(1u << (int)(slot / SlotsPerPage % 8));
    }

    /// <summary>Whether the kernel clears the owners in forked children.</summary>
    public static bool AreOwnersWipedOnFork { get; private set; }

    /// <summary>
    /// A word that is 0 in a process that was just forked; null until a chunk is mapped. The next word says how the process is
    /// registered: 0 without a <see cref="UserMark"/>; the number of its <see cref="Config.ReservedChoice"/> with one; 1 with only a UserMark.
    /// </summary>
    public static nint* ProcessWord { get; private set; }

    /// <summary>The choice that is reserved for this process; <see cref="ReservedChoice.None"/> if there is none.</summary>
    public static int OwnChoice => ProcessWord[1] < SlotMark.SharedChoices ? ReservedChoice.None : (int)ProcessWord[1];

    public static void Use(MappedConfig* config) => s_config = config;

    /// <summary>Maps the chunk of a slot while the file is open, which takes fewer system calls than later.</summary>
    /// <param name="config">The file.</param>
    /// <param name="descriptor">The open file.</param>
    /// <param name="slot">The calling thread's id, which is the number of its first slot.</param>
    /// <param name="isMarked">Whether this process has a <see cref="UserMark"/>.</param>
    public static void MapWhileOpen(MappedConfig* config, int descriptor, int slot, bool isMarked)
    {
        if (Map(config, descriptor, slot / SlotsPerChunk) == null || !AreOwnersWipedOnFork || !isMarked)
            return;
        bool hasMarks = config->IsWritable && config->Size >= ConfigLayout.FileSize;
        int choice = hasMarks ? ReservedChoice.Take(config, descriptor, slot) : ReservedChoice.None;
        ProcessWord[1] = choice == ReservedChoice.None ? 1 : choice;
    }

    /// <summary>Finds a slot and makes sure that it can be written without a fault. False if it cannot be mapped or written.</summary>
    /// <param name="slot">The slot's number, below <see cref="ConfigLayout.SlotCount"/>.</param>
    /// <param name="place">Where it is.</param>
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

    /// <summary>Notes in the file, if there is one, that this process keeps a deadline outside of it.</summary>
    public static void SetUnmovableFlag()
    {
        if (s_config != null)
            s_config->SetFlag(ConfigExtension.HasUnmovableCalls);
    }

    /// <summary>Notes in the file that this process uses it without a <see cref="UserMark"/> of its own, if that is so.</summary>
    public static void SetUncountedFlag()
    {
        if (s_config != null && ProcessWord[1] == 0)
            s_config->SetFlag(ConfigExtension.HasUncountedUsers);
    }

    /// <summary>Whether a slot lies in the file, where a writer can move its deadline.</summary>
    public static bool IsInFile(int slot) => HasSlotsInFile(s_config, (int)((uint)slot / SlotsPerChunk));

    private static bool HasSlotsInFile(MappedConfig* config, int chunk) =>
        config->IsWritable && config->Size >= ConfigLayout.SlotsPosition + ((chunk + 1) * (long)SlotBytes);

    // Two threads may map a chunk at once. The first one's is used; the other thread unmaps its own. If the second thread
    // has opened the file (descriptor), it gets null: the kernel drops its locks when it closes the file, so the process must not count on them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Chunk* Map(MappedConfig* config, int descriptor, int number)
    {
        if (config == null)
            return null;
        bool isInFile = HasSlotsInFile(config, number);
        nint slots = isInFile
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
                if (isInFile && number >= ChunksKept)
                    DropSlotPages(number - ChunksKept);
                return chunk;
            }
        }

        Release(slots, SlotBytes);
        Release(marks, SlotsPerChunk);
        Release(made, FileMapping.PageSize + OwnerBytes);
        return descriptor == NoDescriptor ? (Chunk*)(nint)Volatile.Read(ref s_chunks.Chunks[number]) : null;
    }

    // This is right also for slots that are in use: their next access maps the page again. The chunk's slots must lie in the file.
    private static void DropSlotPages(int number)
    {
        Chunk* chunk = (Chunk*)(nint)Volatile.Read(ref s_chunks.Chunks[number]);
        if (chunk != null)
            FileMapping.DropPages((nint)chunk->Slots, SlotBytes);
    }

    private static nint MapPart(MappedConfig* config, int descriptor, nint position, nint length) => descriptor == NoDescriptor
        ? FileMapping.MapAgain(config->FirstPage, position, length)
        : FileMapping.MapPart(descriptor, position, length);

    private static void Release(nint address, nint length)
    {
        if (!Kernel.IsError(address))
            FileMapping.Unmap(address, length);
    }

    // The file's pages must be allocated before a store: on a full disk the store would end in SIGBUS.
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
