using System.Threading;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Interpose.Waits;

/// <summary>
/// A blocking call with an absolute deadline, on its caller's stack. From <see cref="Enter"/> to <see cref="Leave"/> a slot holds the host
/// deadline, and the real function is given a pointer to the slot: libc hands it on to the kernel, which reads it when the call starts
/// and again after a checkpoint.
/// </summary>
internal unsafe struct InFlightCall
{
    private SlotClaim _claim;
    private int _clock;

    /// <summary>
    /// Publishes the deadline and returns where it is. <paramref name="call"/> stays where it is until <see cref="Leave"/>.
    /// </summary>
    /// <param name="call">Uninitialised memory.</param>
    /// <param name="clock">A virtual clock.</param>
    /// <param name="deadline">Valid, on that clock, as the target sees it.</param>
    public static timespec* Enter(InFlightCall* call, int clock, timespec deadline)
    {
        call->_clock = clock;
        do
        {
            SlotClaim.Take(&call->_claim, clock);
            call->PublishConverted(deadline);
        }
        while (call->_claim.HasSlot && !SlotClaim.IsHeld(&call->_claim));
        return call->_claim.Deadline;
    }

    /// <summary>Makes the slot idle and gives it back, if it is still this call's.</summary>
    /// <remarks>
    /// A writer may come between the two halves of the store, so here too it is looked for afterwards; only then does the mark go, and the slot
    /// may be another's.
    /// </remarks>
    public static void Leave(InFlightCall* call)
    {
        if (!SlotClaim.IsHeld(&call->_claim))
            return;
        OffsetSnapshot now;
        do
        {
            OffsetSnapshot.Take(&now, call->_clock);
            call->Publish(default);
        }
        while (!OffsetSnapshot.IsCurrent(&now));
        SlotClaim.Release(&call->_claim);
    }

    /// <summary>Whether the deadline has not come by the clock as it is now; false where nobody can have moved it, since it is in no slot.</summary>
    public static bool IsEarly(InFlightCall* call)
    {
        timespec host, deadline;
        OffsetSnapshot now;
        do
        {
            OffsetSnapshot.Take(&now, call->_clock);
            if (!SlotClaim.IsHeld(&call->_claim) || VirtualClock.ReadHost(call->_clock, &host) != 0)
                return false;
            deadline.tv_sec = Volatile.Read(ref call->_claim.Deadline->tv_sec);
            deadline.tv_nsec = Volatile.Read(ref call->_claim.Deadline->tv_nsec);
        }
        while (!OffsetSnapshot.IsCurrent(&now));
        return host.tv_sec != deadline.tv_sec ? host.tv_sec < deadline.tv_sec : host.tv_nsec < deadline.tv_nsec;
    }

    private void PublishConverted(timespec deadline)
    {
        OffsetSnapshot snapshot;
        do
        {
            OffsetSnapshot.Take(&snapshot, _clock);

            // A writer that was stopped half way may go on, and would move what was converted after its change.
            if (snapshot.IsAbandoned)
            {
                fixed (SlotClaim* claim = &_claim)
                    SlotClaim.UseOwn(claim);
            }

            Publish(OffsetSnapshot.ToHostDeadline(&snapshot, _clock, deadline));
        }
        while (!OffsetSnapshot.IsCurrent(&snapshot));
    }

    // The barrier makes the slot visible before the offset is looked at again: either we see a writer's change, or the
    // writer, who changes the offset before it scans the slots, sees our deadline and moves it.
    private readonly void Publish(timespec deadline)
    {
        Volatile.Write(ref _claim.Deadline->tv_sec, deadline.tv_sec);
        Volatile.Write(ref _claim.Deadline->tv_nsec, deadline.tv_nsec);
        Interlocked.MemoryBarrier();
    }
}
