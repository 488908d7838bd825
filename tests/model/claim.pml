/* Who has a slot: SlotClaim.TryTake, IsHeld, Release and the loop of InFlightCall.Enter, for one slot. Every step is atomic and in order, since what it
 * depends on is locked or fenced.
 *
 * Frames that may want the slot: MAIN of a thread; HANDLER, a wait in a signal handler of that thread, which stands still meanwhile; OTHER, of another
 * thread of the process for which this slot is one of its choices; STRANGER, of a thread of another process, which has a table of its own.
 * -DHANDLERS, -DOTHERS, -DSTRANGERS add them. -DLEFT: at the beginning a frame that was abandoned by longjmp has the slot; -DLEFT_TWICE: and the thread that
 * takes it over abandons its own. -DPLAIN_STORE plants the defect: the table's entry is taken over without comparing it.
 */
#define NONE 0
#define MAIN 1
#define HANDLER 2
#define OTHER 3
#define STRANGER 4
#define ABANDONED 5
#define ENTRIES 6

byte mark;                 /* in the file: the frame, where the program has a clock */
byte table[2];             /* per process: the owner */
bool holds[ENTRIES], gone[ENTRIES];
bool inhandler;

#define LEFT_BEHIND(frame) (frame == ABANDONED || gone[frame])

/* granted: whether the call may use the slot */
inline trytake(me, process) {
  granted = false;
  owner = table[process];
  if
  :: owner == NONE -> go = (mark == NONE)
  :: owner != NONE -> go = LEFT_BEHIND(owner)
  fi;
  if
  :: go && owner == NONE ->
     table[process] = me;
     atomic { if :: mark == NONE -> mark = me; granted = true :: else fi };
     if :: !granted -> table[process] = NONE :: else fi
  :: go && owner != NONE ->
#ifdef PLAIN_STORE
     table[process] = me; granted = true;
#else
     atomic { if :: table[process] == owner -> table[process] = me; granted = true :: else fi };
#endif
     if :: granted -> mark = me :: else fi
  :: else
  fi }

inline call(me, process) {
  do
  :: trytake(me, process);
     if
     :: !granted -> break                             /* another of its slots */
     :: else ->
        atomic { if :: table[process] == me -> holds[me] = true; go = true :: else -> go = false fi };
        if
        :: go -> break                                /* in flight */
        :: else -> tries++; if :: tries == 2 -> granted = false; break :: else fi
        fi
     fi
  od;
  if
  :: granted ->
     atomic { holds[me] = false; go = (table[me == STRANGER] == me) };
#ifdef LEFT_TWICE
     if :: me == MAIN -> go = false :: else fi;       /* by longjmp again */
#endif
     if :: go -> mark = NONE; table[process] = NONE :: else fi
  :: else
  fi;
  atomic { gone[me] = true; granted = false; go = false; owner = NONE } }

proctype thread() provided (!inhandler) { byte owner, tries; bool granted, go; call(MAIN, 0) }
proctype handler() { byte owner, tries; bool granted, go;
end:
  atomic { !gone[MAIN] -> inhandler = true }; call(HANDLER, 0); inhandler = false }
proctype other() { byte owner, tries; bool granted, go; call(OTHER, 0) }
proctype stranger() { byte owner, tries; bool granted, go; call(STRANGER, 1) }

proctype monitor() {
end:
  atomic { holds[MAIN] + holds[HANDLER] + holds[OTHER] + holds[STRANGER] > 1 -> assert(false) } }

init { atomic {
#if defined(LEFT) || defined(LEFT_TWICE)
  table[0] = ABANDONED; mark = ABANDONED;
#endif
  run thread();
#ifdef HANDLERS
  run handler();
#endif
#ifdef OTHERS
  run other();
#endif
#ifdef STRANGERS
  run stranger();
#endif
  run monitor() } }
