/*
 * The journal of one key, as core's write/, journal/ and copy/ packages and the stores' Finishing use it.
 *
 * Two processes share two stores. Process A writes and may be killed; it may also stall so long that B takes it for dead,
 * and go on. Process B writes too, and repairs. Both sweep for entries they have forgotten, and both fence themselves when
 * a change of the secondary has an unknown outcome.
 *
 * Promise: whenever the stores differ, the journal of the primary has an entry for the key (DIFFER_ONLY_WITH_ENTRY).
 * Promise: whatever was left behind can be repaired (B reaches its end: no invalid end state).
 *
 * A step of a process is one transaction of one store, or one look at its memory. -DSQLITE: a finish is one transaction and
 * flags entries in every state; without it, it is PostgreSQL's two ways, each a snapshot and what is done under the locks.
 */

#if !defined(SWEEPS) || defined(LARGE)
#define STALLS /* B may take A for dead, and it may be */
#endif
#ifdef LARGE
#define SWEEPS /* finishes may be lost or late, and the sweep looks for what was forgotten */
#endif
#ifndef UNKNOWNS
#ifdef LARGE
#define UNKNOWNS 2  /* changes of the secondary whose answer is lost */
#else
#define UNKNOWNS 1
#endif
#endif

/* Processes, and the incarnations they go through. */
#define A 0
#define B 1
#define INCARNATIONS 4
#define FIRST(process) (2 * (process))
#define NEXT(process) (2 * (process) + 1)

/* Entries. Each actor has its own place, so ids need no allocation. */
#define WRITE_A 0
#define WRITE_B 1
#define REPAIR 2
#define FAILED_REPAIR 3 /* one whose outcome is unknown, or that was forgotten: REPAIR is free for the next */
#define ENTRIES 4
#define OTHERS(entry) (255 - (1 << (entry)))

#define GONE 0
#define OPEN 1
#define LEFT 2
#define UNKNOWN 3

/* Outcomes of step 3. */
#define NOT_DONE 0
#define DONE 1
#define NOBODY_KNOWS 2

/* The stores. */
byte primary, secondary;
byte state[ENTRIES];
bool contested[ENTRIES];
byte owner[ENTRIES];
bool leftByRepair; /* entries that repairs have left: they are all alike */
bool refusedBySecondary[INCARNATIONS];
bool fenced[INCARNATIONS]; /* as the primary knows it */

/* Changes of the secondary that the server may still carry out, or not. */
bool underWay[UNKNOWNS];
byte underWayValue[UNKNOWNS], underWayOwner[UNKNOWNS];
byte lost; /* how many answers were */

/* The memory of the processes. */
bool known[ENTRIES];
byte incarnation[2];
bool suspect[INCARNATIONS];

bool alive = true; /* process A */
byte over;         /* writes that have ended, however */

#ifdef STALLS
#define IS_DEAD(process) (process == A && !alive)
#else
#define IS_DEAD(process) false
#endif

#define OPERATIONS 2
#define ANY_ENTRY (state[WRITE_A] || state[WRITE_B] || state[REPAIR] || state[FAILED_REPAIR] || leftByRepair)
#define DIFFER_ONLY_WITH_ENTRY assert(primary == secondary || ANY_ENTRY)

/*
 * Step 1. An operation belongs to the incarnation of when it began, which may have been renewed since. The id of its entry
 * is registered in memory before the store sees it.
 */
#ifdef SENT_FIRST
#define REGISTERED(e) known[e] = false
#define SENT(e) known[e] = true
#else
#define REGISTERED(e) known[e] = true
#define SENT(e) skip
#endif

inline mark(e, i) {
  owner[e] = i; REGISTERED(e); state[e] = OPEN; contested[e] = false
}

#ifdef LARGE
#define MAY_BE_LOST(e) true
#else
#define MAY_BE_LOST(e) (e != REPAIR)
#endif

/* Step 3. It is refused if the incarnation is fenced; a refusal is as good as a change that fails. */
inline apply(e, value) {
  if
  :: d_step { !refusedBySecondary[owner[e]] -> secondary = value; outcome = DONE; DIFFER_ONLY_WITH_ENTRY }
  :: outcome = NOT_DONE
  :: d_step {
       MAY_BE_LOST(e) && !refusedBySecondary[owner[e]] && lost < UNKNOWNS ->
       underWay[lost] = true; underWayValue[lost] = value; underWayOwner[lost] = owner[e]; lost++;
       suspect[owner[e]] = true; /* before the operation ends */
       outcome = NOBODY_KNOWS
     }
  fi
}

#ifdef NO_CONTEST
#define OVERLAPS(o) false
#else
#ifdef SQLITE
#define OVERLAPS(o) (state[o] != GONE)
#else
#define OVERLAPS(o) (state[o] == OPEN && !contested[o])
#endif
#endif

inline look(e) { /* the entries that overlap, as a snapshot shows them */
  seen = (OVERLAPS(0) << 0) | (OVERLAPS(1) << 1) | (OVERLAPS(2) << 2) | (OVERLAPS(3) << 3);
  seen = seen & OTHERS(e)
}

inline contest() {
  if :: seen & 1 -> contested[0] = true :: else fi;
  if :: seen & 2 -> contested[1] = true :: else fi;
  if :: seen & 4 -> contested[2] = true :: else fi;
  if :: seen & 8 -> contested[3] = true :: else fi;
  seen = 0
}

#if defined(SQLITE) || defined(DELETE_NOT_OPEN)
#define MAY_GO(e) (state[e] != GONE)
#else
#define MAY_GO(e) (state[e] == OPEN)
#endif

/* What becomes of the own entry, under the locks. One that is gone comes back; one that is open no more stays as it is. */
inline settle(e) {
  if
  :: outcome == NOBODY_KNOWS -> state[e] = UNKNOWN
#ifdef GONE_STAYS
  :: outcome != NOBODY_KNOWS && state[e] == GONE
#else
  :: outcome != NOBODY_KNOWS && state[e] == GONE -> state[e] = LEFT
#endif
  :: outcome == DONE && state[e] != GONE && MAY_GO(e) && !contested[e] -> state[e] = GONE
  :: outcome != NOBODY_KNOWS && state[e] != GONE && !(outcome == DONE && MAY_GO(e) && !contested[e]) ->
     if :: state[e] == OPEN -> state[e] = LEFT :: else fi
  fi
}

/*
 * Step 4 of a write. It may never be carried out, and it may be carried out after its operation has ended, because
 * the answer was lost or late. A crash of the primary that takes finishes with it which were carried out but not flushed
 * takes all after the last flush; so it is as if none of them had been.
 */
inline finish(e) {
#ifdef SWEEPS
  if
  :: known[e] = false; if :: goto ended :: skip fi
  :: skip
  fi;
#endif
#ifdef SQLITE
  d_step { look(e); contest(); settle(e); DIFFER_ONLY_WITH_ENTRY };
#else
  if
  :: outcome == DONE ->
     d_step { look(e) };
     d_step {
       if
       :: seen == 0 && MAY_GO(e) && !contested[e] -> state[e] = GONE; outcome = NOT_DONE; finished = true
       :: else
       fi;
       seen = 0;
       DIFFER_ONLY_WITH_ENTRY
     }
  :: else
  fi;
  if
  :: finished
  :: else ->
     d_step { look(e) };
     d_step { contest(); settle(e); DIFFER_ONLY_WITH_ENTRY }
  fi;
#endif
  known[e] = false
}

/* Of what is over only the entry counts: fewer states. */
inline tidy(e) {
  if
  :: state[e] == GONE || state[e] == LEFT -> contested[e] = false; owner[e] = 0; known[e] = false
  :: else
  fi
}

/* Where writers are alike, one order of their steps 2 stands for the other. */
#ifdef LARGE
#define IN_TURN(value) true
#else
#define IN_TURN(value) (primary == value - 1)
#endif

proctype Write(byte process; byte e; byte value) {
  byte seen, outcome;
  bool finished;
  {
    if /* steps 1 and 2, one transaction */
    :: d_step { IN_TURN(value) -> primary = value; mark(e, FIRST(process)) }
    :: d_step { IN_TURN(value) && incarnation[process] == NEXT(process) -> primary = value; mark(e, NEXT(process)) }
    fi;
    SENT(e);
    apply(e, value);
    finish(e);
ended:
    skip
  } unless { IS_DEAD(process) };
  d_step { over++; seen = 0; outcome = 0; finished = 0; tidy(e) }
}


active proctype Server() {
end:
  do
  :: d_step { underWay[0] -> underWay[0] = false;
       if :: !refusedBySecondary[underWayOwner[0]] -> secondary = underWayValue[0]; DIFFER_ONLY_WITH_ENTRY :: else fi;
       underWayValue[0] = 0 }
#if UNKNOWNS > 1
  :: d_step { underWay[1] -> underWay[1] = false;
       if :: !refusedBySecondary[underWayOwner[1]] -> secondary = underWayValue[1]; DIFFER_ONLY_WITH_ENTRY :: else fi;
       underWayValue[1] = 0 }
#endif
  od
}

/* On the secondary first: who is fenced on the primary cannot change the secondary any more. */
inline fence(i) {
#ifdef PRIMARY_FENCED_FIRST
  fenced[i] = true;
  refusedBySecondary[i] = true
#else
#ifndef NO_FENCE
  refusedBySecondary[i] = true;
#endif
  fenced[i] = true
#endif
}

inline renewAndFence(process) {
  if
  :: suspect[FIRST(process)] && incarnation[process] == FIRST(process) -> incarnation[process] = NEXT(process)
  :: else
  fi;
  if
  :: suspect[FIRST(process)] -> fence(FIRST(process)); suspect[FIRST(process)] = false
#ifdef STALLS
  :: suspect[NEXT(process)] && !suspect[FIRST(process)] -> fence(NEXT(process)); suspect[NEXT(process)] = false
#endif
  fi
}

#define OPEN_OF(e, i) (state[e] == OPEN && owner[e] == (i))
#define OPEN_ENTRIES(i) ((OPEN_OF(WRITE_A, i) << WRITE_A) | (OPEN_OF(WRITE_B, i) << WRITE_B) | (OPEN_OF(REPAIR, i) << REPAIR) | \
    (OPEN_OF(FAILED_REPAIR, i) << FAILED_REPAIR))

#define KNOWN ((known[WRITE_A] << WRITE_A) | (known[WRITE_B] << WRITE_B) | (known[REPAIR] << REPAIR))

inline leaveIf(e) {
  if :: (open & (1 << e)) && state[e] == OPEN -> state[e] = LEFT :: else fi
}

/*
 * Journal first, memory second, then the suspects: an id is registered before it is sent, and an incarnation suspected before
 * the operation that made it so ends.
 */
inline sweep(process) {
#ifdef KNOWN_FIRST
  d_step { mine = incarnation[process]; open = 255 - KNOWN };
  d_step { open = open & OPEN_ENTRIES(mine) };
#else
  d_step { OPEN_ENTRIES(incarnation[process]) -> mine = incarnation[process]; open = OPEN_ENTRIES(mine) };
#ifdef SUSPECTS_FIRST
  if :: suspect[mine] -> open = 0 :: else fi;
#endif
  d_step { open = open & (255 - KNOWN); if :: open == 0 -> mine = 0 :: else fi };
#endif
  if
  :: open == 0
  :: else -> d_step {
#if !defined(SUSPECTS_FIRST) && !defined(SUSPECTS_FORGOTTEN)
    if :: suspect[mine] -> open = 0 :: else fi;
#endif
    leaveIf(WRITE_A); leaveIf(WRITE_B); leaveIf(REPAIR); leaveIf(FAILED_REPAIR);
    open = 0; mine = 0 }
  fi
}

/* A suspects itself when the primary's answer to a heartbeat is that B has fenced it. */
active proctype UpkeepOfA() {
  byte open, mine;
  {
end:
    do
    :: d_step { fenced[incarnation[A]] && incarnation[A] == FIRST(A) && !suspect[FIRST(A)] -> suspect[FIRST(A)] = true }
    :: suspect[FIRST(A)] || suspect[NEXT(A)] -> renewAndFence(A)
#ifdef SWEEPS
    :: sweep(A)
#endif
    od
  } unless { IS_DEAD(A) }
}

#ifdef UNKNOWN_TAKEN
#define LEFT_NOW(e) (state[e] == LEFT || state[e] == UNKNOWN)
#else
#ifdef TAKE_OPEN
#define LEFT_NOW(e) (state[e] == LEFT || (state[e] == OPEN && contested[e]))
#else
#define LEFT_NOW(e) (state[e] == LEFT)
#endif
#endif
#define MAY_TAKE(e) (LEFT_NOW(e) || (state[e] != GONE && fenced[owner[e]]))
#define TAKEABLE ((MAY_TAKE(WRITE_A) << WRITE_A) | (MAY_TAKE(WRITE_B) << WRITE_B) | (MAY_TAKE(FAILED_REPAIR) << FAILED_REPAIR) \
    | (leftByRepair << REPAIR))

inline deleteTaken(e) {
  if :: taken & (1 << e) -> state[e] = GONE; contested[e] = false :: else fi
}

/*
 * A round of repair: what it takes it chooses when it marks. Its own entry is left if it was contested. If its finish is
 * never carried out, or its outcome is unknown, its entry makes room for that of the next round.
 */
inline round() {
  d_step { TAKEABLE != 0 && state[FAILED_REPAIR] != UNKNOWN || (TAKEABLE & (1 << FAILED_REPAIR)) ->
    taken = TAKEABLE;
    mark(REPAIR, incarnation[B]) };
  value = primary;
  apply(REPAIR, value);
  if
  :: outcome == DONE ->
     if
     :: d_step { look(REPAIR) };
        d_step {
#ifdef CHOOSES_LATE
          taken = TAKEABLE;
#endif
          contest();
          deleteTaken(WRITE_A); deleteTaken(WRITE_B); deleteTaken(FAILED_REPAIR);
          if :: taken & (1 << REPAIR) -> leftByRepair = false :: else fi;
          if :: contested[REPAIR] || state[REPAIR] != OPEN -> leftByRepair = true :: else fi;
          state[REPAIR] = GONE;
          DIFFER_ONLY_WITH_ENTRY
        }
#ifdef LARGE
     :: state[FAILED_REPAIR] == GONE ->
        d_step { state[FAILED_REPAIR] = state[REPAIR]; contested[FAILED_REPAIR] = contested[REPAIR];
          owner[FAILED_REPAIR] = owner[REPAIR]; state[REPAIR] = GONE } /* lost: the sweep finds it */
#endif
     fi
  :: outcome == NOT_DONE -> d_step { state[REPAIR] = GONE; DIFFER_ONLY_WITH_ENTRY } /* withdrawn; what was taken stays */
#ifdef LARGE
  :: outcome == NOBODY_KNOWS ->
     d_step { look(REPAIR) };
     d_step {
       contest();
       state[FAILED_REPAIR] = UNKNOWN; contested[FAILED_REPAIR] = contested[REPAIR];
       owner[FAILED_REPAIR] = owner[REPAIR];
       state[REPAIR] = GONE;
       DIFFER_ONLY_WITH_ENTRY
     }
#endif
  fi;
  d_step { known[REPAIR] = false; contested[REPAIR] = false; owner[REPAIR] = 0; seen = 0; taken = 0; value = 0; outcome = 0 }
}

proctype RepairOfB() {
  byte seen, outcome, value, taken;
  byte open, mine;
  do
  :: round()
#ifdef STALLS
  :: !fenced[FIRST(A)] -> /* A is silent: stalled, or dead since before */
     if :: skip :: alive = false fi;
     fence(FIRST(A))
  :: !alive && incarnation[A] == NEXT(A) && !fenced[NEXT(A)] -> fence(NEXT(A))
#endif
#ifdef LARGE
  :: suspect[FIRST(B)] || suspect[NEXT(B)] -> renewAndFence(B)
  :: sweep(B)
#endif
  :: over == OPERATIONS && !ANY_ENTRY -> break
  od;
  assert(primary == secondary)
}

init {
  atomic {
    incarnation[A] = FIRST(A);
    incarnation[B] = FIRST(B);
    run Write(A, WRITE_A, 1);
#ifdef LARGE
    run Write(B, WRITE_B, 2);
#else
    run Write(A, WRITE_B, 2);
#endif
    run RepairOfB()
  }
}
