using System.Threading;
using VirtTime.Clock;
using VirtTime.Config;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>
/// A blocking call with an absolute deadline, on its caller's stack. From <see cref="Enter"/> to <see cref="Leave"/> the
/// thread's slot holds the host deadline, and the real function is given a pointer to the slot: libc hands it on to the
/// kernel, which reads it when the call starts and again after a checkpoint.
/// </summary>
internal unsafe struct InFlightCall
{
    private timespec* _slot;
    private byte* _slotClock;
    private int _clock;

    // What a signal handler's call interrupted: the outer call's deadline and the offset that it is based on.
    private timespec _outerDeadline;
    private timespec _outerOffset;
    private byte _outerClock;

    // Used when there is no slot: a disk without space, a thread id past the file's end.
    private timespec _local;
    private byte _localClock;

    private CleanupBuffer _cleanup;

    /// <summary><c>struct _pthread_cleanup_buffer</c> of glibc. Not an array, for which the compiler would guard the frame.</summary>
    private struct CleanupBuffer
    {
        public nint Routine;
        public nint Argument;
        public nint CancelType;
        public nint Previous;
    }

    /// <summary>
    /// Publishes the deadline and returns where it is. <paramref name="call"/> stays where it is until <see cref="Leave"/>.
    /// </summary>
    /// <param name="call">Uninitialised memory.</param>
    /// <param name="clock">A virtual clock.</param>
    /// <param name="deadline">Valid, on that clock, as the target sees it.</param>
    public static timespec* Enter(InFlightCall* call, int clock, timespec deadline)
    {
        call->_clock = clock;
        call->FindSlot(ThreadId.Current());
        call->SaveOuter();
        PushCleanup(call);
        Volatile.Write(ref *call->_slotClock, (byte)(clock + 1));
        OffsetSnapshot snapshot;
        do
        {
            VirtualClock.Take(&snapshot, clock);
            call->Publish(TimespecMath.ToHostDeadline(deadline, snapshot.Offset));
        }
        while (!VirtualClock.IsCurrent(&snapshot));
        return call->_slot;
    }

    /// <summary>Puts the slot back as it was; an outer call's deadline moves with the offset if that changed meanwhile.</summary>
    public static void Leave(InFlightCall* call)
    {
        PopCleanup(call);
        call->RestoreOuter();
    }

    private void FindSlot(int thread)
    {
        if (SlotPages.Prepare(thread))
        {
            _slot = SlotPages.SlotOf(thread);
            _slotClock = SlotPages.ClockOf(thread);
            return;
        }

        // Both stay where they are, on the caller's stack.
        fixed (timespec* slot = &_local)
        fixed (byte* slotClock = &_localClock)
        {
            _slot = slot;
            _slotClock = slotClock;
        }

        _localClock = 0;
    }

    /// <summary>
    /// The clock byte tells an in-flight call from a slot that an older tool has shifted although it was idle.
    /// </summary>
    private void SaveOuter()
    {
        _outerClock = Volatile.Read(ref *_slotClock);
        if (_outerClock == 0)
            return;
        OffsetSnapshot outer;
        do
        {
            VirtualClock.Take(&outer, _outerClock - 1);
            _outerDeadline.tv_sec = Volatile.Read(ref _slot->tv_sec);
            _outerDeadline.tv_nsec = Volatile.Read(ref _slot->tv_nsec);
        }
        while (!VirtualClock.IsCurrent(&outer));
        _outerOffset = outer.Offset;
    }

    // A writer may come between the two halves of a store, also when the slot becomes idle, so here too it is looked for afterwards.
    private void RestoreOuter()
    {
        bool hasOuter = _outerClock != 0 && (_outerDeadline.tv_sec | _outerDeadline.tv_nsec) != 0;
        OffsetSnapshot now;
        do
        {
            VirtualClock.Take(&now, hasOuter ? _outerClock - 1 : _clock);
            timespec idle = default;
            Publish(hasOuter ? TimespecMath.ToHostDeadline(_outerDeadline, TimespecMath.Subtract(now.Offset, _outerOffset)) : idle);
            Volatile.Write(ref *_slotClock, _outerClock);
        }
        while (!VirtualClock.IsCurrent(&now));
    }

    // The barrier makes the slot visible before the offset is looked at again: either we see a writer's change, or the
    // writer, who changes the offset before it scans the slots, sees our deadline and moves it.
    private void Publish(timespec deadline)
    {
        Store(deadline);
        Interlocked.MemoryBarrier();
    }

    private void Store(timespec value)
    {
        Volatile.Write(ref _slot->tv_sec, value.tv_sec);
        Volatile.Write(ref _slot->tv_nsec, value.tv_nsec);
    }

    // A cancelled thread never comes back from the real function, and neither does one that a signal handler's siglongjmp
    // took away; glibc runs this buffer in both cases, as it leaves the frame. musl runs it at thread exit only, when after
    // a siglongjmp the frame may be gone, so there it is not used: a cancelled thread's slot stays, and its id is gone.
    private static void PushCleanup(InFlightCall* call)
    {
        nint push = Real.Find(RealFunction._pthread_cleanup_push);
        if (push != 0)
            ((delegate* unmanaged[SuppressGCTransition]<CleanupBuffer*, delegate*<InFlightCall*, void>, InFlightCall*, void>)push)(
                &call->_cleanup, &Abandon, call);
    }

    private static void PopCleanup(InFlightCall* call)
    {
        nint pop = Real.Find(RealFunction._pthread_cleanup_pop);
        if (pop != 0)
            ((delegate* unmanaged[SuppressGCTransition]<CleanupBuffer*, int, void>)pop)(&call->_cleanup, 0);
    }

    private static void Abandon(InFlightCall* call) => call->RestoreOuter();
}
