/* Offsets, slots and their readers, waits and writers. README.md maps the inlines below to the functions of the library.
 *
 * An offset and a deadline are two words each (seconds, nanoseconds). A complete one holds the same small number in both. Virtual time stands still:
 * only changes of the offset alter it, and only moves to another host alter the host's clock.
 *
 * Size:      SLOTS    0 to 2
 *            WAITS    the number of waiting threads; thread n tries slot n - 1 first
 *            ROUNDS   waits of each thread
 *            CHANGES  changes of the offset
 *            DEATHS   deaths of the writer, at any point while it holds the lock
 *            MOVES    moves to another host, with everything frozen, by a tool that uses the sequence
 *            READS    0 or 1
 *            HELD     slots with a deadline in flight all the time, from the last slot down, which no thread uses
 * Others:    GIVEUP   a thread may give up an odd sequence (half a second has passed; the writer was stopped)
 *            TOOLS    changes by a tool that knows only the C layout; it stops the users, and changes the file only while no writer does
 *            BACK     each second change of that tool undoes the one before
 *            RUNNING  that tool does not stop the users
 *            JUMPING  that tool also moves the program to another host
 *            RATE     a reader also loads the rate, which only the sequence tells to be of the same change (VirtualClock.TryScale)
 * Defects:   NO_BARRIER, NO_SECOND_LOOK, LEAVE_ONCE, SLOTS_LATE, NO_NOTE, ONE_NOTE, SILENT_COMPLETION, PLAIN_LOADS (arm64), MARK_FIRST, RATE_LATE. cases.txt
 *            lists the planted defects; the model must find each.
 */
#ifndef SLOTS
#define SLOTS 1
#endif
#ifndef WAITS
#define WAITS 1
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef CHANGES
#define CHANGES 1
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef MOVES
#define MOVES 0
#endif
#ifndef READS
#define READS 0
#endif
#ifndef HELD
#define HELD 0
#endif
#ifndef TOOLS
#define TOOLS 0
#endif

#define SEQUENCE 0
#define SECONDS 1
#define NANOSECONDS 2
#define NOTE_SEQUENCE 3
#define NOTE_OFFSET 4
#define NOTE_SLOT 5                          /* number + 4 * (count modulo 2) */
#define NOTE_MOVE(parity) (6 + 4 * (parity)) /* before, before, after, after */
#if SLOTS > 0
#define MARK(slot) (14 + 3 * (slot))
#define DEADLINE(slot) (15 + 3 * (slot))
#define RATE_WORD (14 + 3 * SLOTS)
#else
#define RATE_WORD 6
#endif
#ifdef RATE
#define WORDS (RATE_WORD + 1)
#else
#define WORDS RATE_WORD
#endif
#define READER 0
#define WRITER (WAITS + 1)
#define PROCESSORS (WAITS + 2)
#define NOWHERE 9
#include "memory.pml"

/* The true state, which no thread sees. */
byte host = 8;
byte virtual = 8;          /* the virtual time once the current change is in force */
byte seen;                 /* bit n: virtual time n + 1 was true at some moment since the read began */
bool locked, writing, killed, mortal, gaveup;
byte deaths, moves, tools;
byte inflight[WAITS + 1] = NOWHERE;
byte owned[WAITS + 1] = NOWHERE;

#define WANTED(p) (20 + (p))                 /* deadlines in virtual time; a change turns thread 1's into thread 2's */
#define STILL (!locked && !writing && mem[SEQUENCE] % 2 == 0)
#define true_now(v) seen = seen | (1 << ((v) - 1))

/* ---- a writer: LockedConfig, OffsetWriter, ConfigChange ---- */

inline begin(p) {
  load(p, SEQUENCE, t1); odd = (t1 + 1) | 1;
  store(p, NOTE_SEQUENCE, 0); barrier(p);
  load(p, SECONDS, t1);
  plainstore(p, NOTE_OFFSET, t1 + 1); plainstore(p, NOTE_SLOT, 0); barrier(p);
  store(p, NOTE_SEQUENCE, odd);
  atomic { writing = true; virtual = virtual - 1; true_now(virtual); store(p, SEQUENCE, odd) };
  barrier(p) }

inline storeoffsets(p) {
  load(p, NOTE_OFFSET, t1); store(p, SECONDS, t1); store(p, NANOSECONDS, t1);
#ifdef RATE
  store(p, RATE_WORD, t1);
#endif
  barrier(p) }

/* Moves one slot, whose halves were loaded into da and db. */
inline move(p, slot, da, db) {
  load(p, NOTE_SLOT, t1);
#ifdef ONE_NOTE
  t2 = NOTE_MOVE(0); t1 = slot + 1;
#else
  t2 = NOTE_MOVE(1 - t1 / 4); t1 = 4 * (1 - t1 / 4) + slot + 1;
#endif
#ifndef NO_NOTE
  store(p, t2, da); store(p, t2 + 1, db); store(p, t2 + 2, da + 1); store(p, t2 + 3, db + 1); store(p, NOTE_SLOT, t1);
#endif
  barrier(p);
  store(p, DEADLINE(slot), da + 1); store(p, DEADLINE(slot) + 1, db + 1) }

#ifdef ARM64
/* Plain loads without a barrier between them, in any order. */
inline anyorder(p) {
  todo = (1 << (2 * SLOTS)) - 1;
  do
  :: todo & 1 -> load(p, DEADLINE(0), d0); todo = todo - 1
  :: todo & 2 -> load(p, DEADLINE(0) + 1, d1); todo = todo - 2
#if SLOTS > 1
  :: todo & 4 -> load(p, DEADLINE(1), d2); todo = todo - 4
  :: todo & 8 -> load(p, DEADLINE(1) + 1, d3); todo = todo - 8
#endif
  :: todo == 0 -> break
  od }
#endif

inline moveslots(p) {
  load(p, NOTE_SLOT, done); done = done % 4;
#if SLOTS > 0
#ifdef ARM64
  anyorder(p);
#else
  load(p, DEADLINE(0), d0); load(p, DEADLINE(0) + 1, d1);
#endif
  if
  :: done < 1 && (d0 | d1) != 0 ->
     move(p, 0, d0, d1);
#if SLOTS > 1 && defined(ARM64)
     anyorder(p)
#endif
  :: else
  fi;
#endif
#if SLOTS > 1
#ifndef ARM64
  load(p, DEADLINE(1), d2); load(p, DEADLINE(1) + 1, d3);
#endif
  if
  :: done < 2 && (d2 | d3) != 0 -> move(p, 1, d2, d3)
  :: else
  fi;
#endif
  d0 = 0; d1 = 0; d2 = 0; d3 = 0; done = 0 }

inline completeslot(p) {
#if SLOTS > 0
  load(p, NOTE_SLOT, done);
  if
  :: done % 4 != 0 ->
     d_step { t2 = NOTE_MOVE(done / 4); see(p, t2, d0); see(p, t2 + 1, d1); see(p, t2 + 2, d2); see(p, t2 + 3, d3); done = done % 4 - 1 };
     load(p, DEADLINE(done), t1); load(p, DEADLINE(done) + 1, t2);
     if
     :: t2 == d1 && (t1 == d0 || t1 == d2) -> store(p, DEADLINE(done), d2); store(p, DEADLINE(done) + 1, d3)
     :: else
     fi
  :: else
  fi;
  d0 = 0; d1 = 0; d2 = 0; d3 = 0; done = 0
#else
  skip
#endif
}

inline finish(p) {
  barrier(p);
  load(p, SEQUENCE, t1); store(p, SEQUENCE, (t1 | 1) + 1);
  atomic { EMPTY(p) -> assert(mem[SECONDS] == mem[NANOSECONDS]); writing = false } }

/* Completes the change of a dead writer. The file is locked. */
inline completechange(p) {
  load(p, SEQUENCE, t1);
  if
  :: t1 % 2 != 0 ->
     load(p, NOTE_SEQUENCE, t2);
     if
     :: t1 == t2 ->
        storeoffsets(p);
#ifndef SILENT_COMPLETION
        completeslot(p);
#endif
        moveslots(p)
     :: else
     fi;
     finish(p)
  :: else
  fi }

proctype writer() {
  byte t1, t2, d0, d1, d2, d3, todo, done, odd, n;
  do
  :: n < CHANGES ->
     n++;
     atomic { !locked && EMPTY(WRITER) -> locked = true; mortal = true };
     {
       completechange(WRITER);
       begin(WRITER);
       storeoffsets(WRITER);
#ifdef SLOTS_LATE
       load(WRITER, SEQUENCE, t1); store(WRITER, SEQUENCE, (t1 | 1) + 1); barrier(WRITER);
       moveslots(WRITER); barrier(WRITER); writing = false;
#else
       moveslots(WRITER);
       finish(WRITER);
#endif
       atomic { EMPTY(WRITER) && !killed -> locked = false; mortal = false }
     } unless {
       atomic { killed && EMPTY(WRITER) -> killed = false; locked = false; mortal = false;
         t1 = 0; t2 = 0; d0 = 0; d1 = 0; d2 = 0; d3 = 0; todo = 0; done = 0 } }
  :: else -> break
  od;
  atomic { !locked -> locked = true };     /* as a later launcher does */
  completechange(WRITER);
  atomic { EMPTY(WRITER) -> locked = false } }

#if DEATHS > 0
proctype death() { end: do :: atomic { deaths < DEATHS && mortal && !killed -> deaths++; killed = true } od }
#endif

/* ---- OffsetSnapshot.Take and IsCurrent; DeadWriter ---- */

inline take(p) {
  abandoned = false;
  do
  :: load(p, SEQUENCE, s);
     if
     :: s % 2 == 0 -> break
     :: else ->
        if
        :: mem[SEQUENCE] != s
#if DEATHS > 0
        :: atomic { !locked && mem[SEQUENCE] == s && EMPTY(p) -> locked = true };
           completechange(p);
           atomic { EMPTY(p) -> locked = false }
#endif
#ifdef GIVEUP
        :: atomic { locked && mem[SEQUENCE] == s -> abandoned = true; gaveup = true }; break
#endif
        fi
     fi
  od;
  load(p, SECONDS, a); load(p, NANOSECONDS, b) }

inline lookagain(p) { load(p, SECONDS, a2); load(p, NANOSECONDS, b2); load(p, SEQUENCE, s2) }
#define CURRENT (a2 == a && b2 == b && s2 == s)

/* ---- a wait: InFlightCall.Enter, Leave; SlotClaim without the table, which is claim.pml's ---- */

#if WAITS > 0
inline claimslot(p) {
  mine = NOWHERE;
  atomic { EMPTY(p) -> if :: mem[MARK(first)] == 0 -> mem[MARK(first)] = 1; mine = first; owned[p] = mine :: else fi };
#if SLOTS > 1
  if
  :: mine == NOWHERE -> atomic { EMPTY(p) -> if :: mem[MARK(1 - first)] == 0 -> mem[MARK(1 - first)] = 1; mine = 1 - first; owned[p] = mine :: else fi }
  :: else
  fi;
#endif
}
#define publish(p, va, vb) store(p, DEADLINE(mine), va); store(p, DEADLINE(mine) + 1, vb)
#define release(p) atomic { owned[p] = NOWHERE; store(p, MARK(mine), 0) }

proctype wait(byte p; byte first) {
  byte s, a, b, s2, a2, b2, t1, t2, d0, d1, d2, d3, todo, done, mine, round; bool abandoned;
  do
  :: round < ROUNDS ->
     round++;
     claimslot(p);
     if
     :: mine != NOWHERE ->
        do
        :: take(p);
           if
           :: abandoned -> plainstore(p, DEADLINE(mine), 0); plainstore(p, DEADLINE(mine) + 1, 0); barrier(p); release(p); mine = NOWHERE; break
           :: else
           fi;
           publish(p, WANTED(p) + a, WANTED(p) + b);
#ifndef NO_BARRIER
           barrier(p);
#endif
#ifdef NO_SECOND_LOOK
           break;
#endif
           lookagain(p);
           if :: CURRENT -> break :: else fi
        od
     :: else
     fi;
     if
     :: mine != NOWHERE ->
        inflight[p] = mine;
        inflight[p] = NOWHERE;
#ifdef MARK_FIRST
        release(p);
#endif
        do
        :: take(p);
           publish(p, 0, 0); barrier(p);
#ifdef LEAVE_ONCE
           break;
#endif
           lookagain(p);
           if :: CURRENT -> break :: else fi
        od;
#ifdef MARK_FIRST
        skip
#else
        release(p)
#endif
     :: else
     fi;
     d_step { s = 0; a = 0; b = 0; s2 = 0; a2 = 0; b2 = 0; mine = 0; t1 = 0; t2 = 0 }
  :: else -> break
  od }
#endif

/* ---- a reader: VirtualClock.TryRead, Read ---- */

#if READS > 0
proctype reader() {
  byte s, a, b, s2, a2, b2, now, t1, t2, d0, d1, d2, d3, todo, done; bool abandoned;
#ifdef RATE
  byte rate;
#endif
  d_step { seen = 0; true_now(host - mem[SECONDS]); true_now(virtual) };
  do
  ::
#ifdef PLAIN_LOADS
     /* the offset may have been loaded before the sequence */
     if
     :: load(READER, SECONDS, a); load(READER, NANOSECONDS, b); load(READER, SEQUENCE, s); if :: s % 2 == 0 -> skip :: else -> take(READER) fi
     :: take(READER)
     fi;
     if
     :: now = host; lookagain(READER)
     :: lookagain(READER); now = host
     fi;
#else
     take(READER);
     now = host;
#if defined(RATE) && !defined(RATE_LATE)
     load(READER, RATE_WORD, rate);
#endif
     lookagain(READER);
#if defined(RATE) && defined(RATE_LATE)
     load(READER, RATE_WORD, rate);
#endif
#endif
     if :: CURRENT -> break :: else fi
  od;
  if
  :: !abandoned -> assert(a == b); assert((seen & (1 << (now - a - 1))) != 0);
#ifdef RATE
     assert(rate == a)
#endif
  :: else
  fi }
#endif

/* ---- everything frozen: all buffers are empty, and a tool moves offset and deadlines ---- */

#if WAITS == 2
#define DRAINED (EMPTY(0) && EMPTY(1) && EMPTY(2) && EMPTY(WRITER))
#elif WAITS == 1
#define DRAINED (EMPTY(0) && EMPTY(1) && EMPTY(WRITER))
#else
#define DRAINED (EMPTY(0) && EMPTY(WRITER))
#endif
#define shift(w, by) mem[w] = mem[w] + by
#define shiftslot(n, by) if :: (mem[DEADLINE(n)] | mem[DEADLINE(n) + 1]) != 0 -> shift(DEADLINE(n), by); shift(DEADLINE(n) + 1, by) :: else fi
inline shiftall(by) {
  shift(SECONDS, by); shift(NANOSECONDS, by);
#ifdef RATE
  shift(RATE_WORD, by);
#endif
#if SLOTS > 0
  shiftslot(0, by);
#endif
#if SLOTS > 1
  shiftslot(1, by);
#endif
}

#if MOVES > 0
proctype migration() {
end:
  do :: d_step { moves < MOVES && STILL && DRAINED -> moves++; host++; shiftall(1); mem[SEQUENCE] = mem[SEQUENCE] + 2 } od }
#endif

#if TOOLS > 0
#ifdef RUNNING
proctype tool() {
  byte d;
  atomic { writing = true; virtual = virtual - 1; true_now(virtual) };
  mem[SECONDS] = mem[SECONDS] + 1;
  mem[NANOSECONDS] = mem[NANOSECONDS] + 1;
#if SLOTS > 0
  d = mem[DEADLINE(0)];
  if
  :: d != 0 -> mem[DEADLINE(0)] = d + 1; mem[DEADLINE(0) + 1] = d + 1
  :: else
  fi;
#endif
  writing = false }
#else
proctype tool() {
end:
  do
  :: d_step { tools < TOOLS && STILL && DRAINED ->
       tools++;
       if
#ifdef BACK
       :: tools == 2 -> virtual++; true_now(virtual); shiftall(-1)
#endif
       :: else ->
#ifdef JUMPING
          host++;
#else
          virtual--; true_now(virtual);
#endif
          shiftall(1)
       fi }
  od }
#endif
#endif

/* ---- states that must not occur ---- */

#define HOLDS(p, slot) (mem[DEADLINE(slot)] == WANTED(p) + mem[SECONDS] && mem[DEADLINE(slot) + 1] == WANTED(p) + mem[NANOSECONDS])
#define STALE(p, slot) (inflight[p] == slot && !HOLDS(p, slot))
#define NOT_IDLE(slot) (mem[MARK(slot)] == 0 && !gaveup && (mem[DEADLINE(slot)] | mem[DEADLINE(slot) + 1]) != 0)

#define KEPT(slot) (mem[DEADLINE(slot)] == WANTED(slot) + mem[SECONDS] && mem[DEADLINE(slot) + 1] == WANTED(slot) + mem[NANOSECONDS])

proctype monitor() {
end:
  if
#if HELD > 0
  :: atomic { STILL && !KEPT(SLOTS - 1) -> assert(false) }
#endif
#if HELD > 1
  :: atomic { STILL && !KEPT(0) -> assert(false) }
#endif
#if WAITS > 0
  :: atomic { STILL && STALE(1, 0) -> assert(false) }
  :: atomic { STILL && NOT_IDLE(0) -> assert(false) }
#endif
#if WAITS > 0 && SLOTS > 1
  :: atomic { STILL && STALE(1, 1) -> assert(false) }
#if HELD == 0
  :: atomic { STILL && NOT_IDLE(1) -> assert(false) }
#endif
#endif
#if WAITS > 1
  :: atomic { STILL && STALE(2, 0) -> assert(false) }
  :: atomic { owned[1] != NOWHERE && owned[1] == owned[2] -> assert(false) }
#if SLOTS > 1
  :: atomic { STILL && STALE(2, 1) -> assert(false) }
#endif
#endif
  :: false
  fi }

init { atomic {
  mem[SEQUENCE] = 2;
#if HELD > 0
  mem[MARK(SLOTS - 1)] = 1; mem[DEADLINE(SLOTS - 1)] = WANTED(SLOTS - 1); mem[DEADLINE(SLOTS - 1) + 1] = WANTED(SLOTS - 1);
#endif
#if HELD > 1
  mem[MARK(0)] = 1; mem[DEADLINE(0)] = WANTED(0); mem[DEADLINE(0) + 1] = WANTED(0);
#endif
#if CHANGES > 0
  run writer(); run drain(WRITER);
#endif
#if WAITS > 0
  run wait(1, 0); run drain(1);
#endif
#if WAITS > 1
  run wait(2, SLOTS - 1); run drain(2);
#endif
#if READS > 0
  run reader();
#if DEATHS > 0
  run drain(READER);
#endif
#endif
#if DEATHS > 0
  run death();
#endif
#if MOVES > 0
  run migration();
#endif
#if TOOLS > 0
  run tool();
#endif
  run monitor() } }
