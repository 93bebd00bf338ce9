/*
 * A chunk of a backfill, which is a range that covers the key, beside writes and repair. What journal.pml shows of sweeping
 * and fencing is taken as given here: each is one step, and each operation has an incarnation of its own.
 *
 * Ranges are never contested. A point that a range covers stays left at its finish, as long as the range's entry is there in
 * whatever state; a finishing range flags the open points in it; a left range is repaired alone, as a range.
 *
 * Promises: as in journal.pml.
 */

#ifndef WRITES
#ifdef LARGE
#define WRITES 2
#else
#define WRITES 1
#endif
#endif

#define WRITE_1 0
#define WRITE_2 1
#define FRESH 2 /* the point marked anew for a key of the chunk that the secondary refused */
#define CHUNK 3
#define REPAIR 4
#define ENTRIES 5

#define GONE 0
#define OPEN 1
#define LEFT 2
#define UNKNOWN 3

#define NOT_DONE 0
#define DONE 1
#define NOBODY_KNOWS 2
#define REFUSED 3 /* the row itself is what the secondary does not want */

byte primary, secondary;
byte state[ENTRIES];
bool contested[ENTRIES];
bool fenced[ENTRIES];
bool ended[ENTRIES];
bool repairsRange;  /* what REPAIR has marked */
bool leftByRepair;
bool underWay;      /* the one change whose answer was lost */
byte underWayValue, underWayEntry;
bool lost;
byte over;

#define ANY_ENTRY (state[WRITE_1] || state[WRITE_2] || state[FRESH] || state[CHUNK] || state[REPAIR] || leftByRepair)
#define DIFFER_ONLY_WITH_ENTRY assert(primary == secondary || ANY_ENTRY)

#define OPEN_POINT(e) (state[e] == OPEN && !contested[e])
#define OPEN_POINTS ((OPEN_POINT(WRITE_1) << WRITE_1) | (OPEN_POINT(WRITE_2) << WRITE_2) | (OPEN_POINT(FRESH) << FRESH) | \
    ((OPEN_POINT(REPAIR) && !repairsRange) << REPAIR))
#ifdef POINTS_IGNORE_RANGES
#define RANGES 0
#else
#define RANGES (((state[CHUNK] != GONE) << CHUNK) | ((state[REPAIR] != GONE && repairsRange) << REPAIR))
#endif

inline look(e) { seen = (OPEN_POINTS | RANGES) & (255 - (1 << (e))) }
inline lookInto(e) { seen = OPEN_POINTS & (255 - (1 << (e))) }

inline contestSeen() {
  if :: seen & (1 << WRITE_1) -> contested[WRITE_1] = true :: else fi;
  if :: seen & (1 << WRITE_2) -> contested[WRITE_2] = true :: else fi;
  if :: seen & (1 << FRESH) -> contested[FRESH] = true :: else fi;
  if :: seen & (1 << REPAIR) && !repairsRange -> contested[REPAIR] = true :: else fi
}

/* A range that was seen and is gone by the time the locks are there covers no more. */
#define WITHIN_RANGE (seen & RANGES)

inline mark(e) { state[e] = OPEN; contested[e] = false }

inline apply(e, value) {
  if
  :: d_step { !fenced[e] -> secondary = value; outcome = DONE; DIFFER_ONLY_WITH_ENTRY }
  :: outcome = NOT_DONE
  :: d_step { !lost && !fenced[e] -> lost = true; underWay = true; underWayValue = value; underWayEntry = e; outcome = NOBODY_KNOWS }
  fi
}

active proctype Server() {
end:
  d_step { underWay -> underWay = false;
    if :: !fenced[underWayEntry] -> secondary = underWayValue; DIFFER_ONLY_WITH_ENTRY :: else fi }
}

proctype Write(byte e; byte value) {
  byte seen, outcome;
  d_step { primary == value - 1 -> primary = value; mark(e) };
  apply(e, value);
  if
  :: goto ended_ /* the finish is lost */
  :: outcome == DONE ->
     d_step { look(e) };
     d_step {
       if
       :: seen == 0 && OPEN_POINT(e) -> state[e] = GONE; outcome = NOT_DONE; DIFFER_ONLY_WITH_ENTRY
       :: else
       fi };
     if :: state[e] == GONE && outcome == NOT_DONE -> goto ended_ :: else fi
  :: outcome != DONE
  fi;
  d_step { look(e) };
  d_step {
    contestSeen();
    if
    :: outcome == NOBODY_KNOWS -> state[e] = UNKNOWN
    :: outcome != NOBODY_KNOWS && state[e] == GONE -> state[e] = LEFT
    :: outcome == DONE && OPEN_POINT(e) && !WITHIN_RANGE -> state[e] = GONE
    :: outcome != NOBODY_KNOWS && state[e] == OPEN && !(outcome == DONE && !contested[e] && !WITHIN_RANGE) -> state[e] = LEFT
    :: outcome != NOBODY_KNOWS && (state[e] == LEFT || state[e] == UNKNOWN)
    fi;
    DIFFER_ONLY_WITH_ENTRY
  };
ended_:
  skip;
  d_step { seen = 0; outcome = 0; ended[e] = true; over++ }
}

/* The boundary was found before; the range is marked, then read. */
proctype Chunk() {
  byte seen, outcome, value;
#ifdef READ_BEFORE_MARK
  value = primary;
  d_step { mark(CHUNK) };
#else
  d_step { mark(CHUNK) };
  value = primary;
#endif
  if
  :: apply(CHUNK, value)
  :: outcome = REFUSED
  fi;
  if
  :: outcome == NOT_DONE -> d_step { state[CHUNK] = GONE; DIFFER_ONLY_WITH_ENTRY }; goto ended_ /* withdrawn */
  :: outcome == REFUSED -> d_step { mark(FRESH) }
  :: outcome == DONE || outcome == NOBODY_KNOWS
  fi;
  if
  :: skip
  :: goto ended_ /* the finish is lost */
  fi;
  d_step { lookInto(CHUNK) };
  d_step {
#ifndef RANGE_FLAGS_NOT
    contestSeen();
#endif
    if
    :: outcome == REFUSED -> state[FRESH] = LEFT; contested[FRESH] = false
    :: else
    fi;
    if
    :: outcome == NOBODY_KNOWS -> state[CHUNK] = UNKNOWN
    :: outcome != NOBODY_KNOWS && state[CHUNK] == GONE -> state[CHUNK] = LEFT
    :: outcome != NOBODY_KNOWS && state[CHUNK] == OPEN -> state[CHUNK] = GONE
    :: outcome != NOBODY_KNOWS && (state[CHUNK] == LEFT || state[CHUNK] == UNKNOWN)
    fi;
    DIFFER_ONLY_WITH_ENTRY
  };
ended_:
  skip;
  d_step { seen = 0; outcome = 0; value = 0; ended[CHUNK] = true; ended[FRESH] = true; over++ }
}

#define MAY_TAKE(e) (state[e] == LEFT || (state[e] != GONE && fenced[e]))
#define POINTS_TO_TAKE ((MAY_TAKE(WRITE_1) << WRITE_1) | (MAY_TAKE(WRITE_2) << WRITE_2) | (MAY_TAKE(FRESH) << FRESH) | (leftByRepair << REPAIR))

inline deleteTaken(e) {
  if :: taken & (1 << e) -> state[e] = GONE; contested[e] = false :: else fi
}

inline fenceOrSweep(e) {
  if
  :: d_step { state[e] != GONE && !fenced[e] -> fenced[e] = true }
  :: d_step { state[e] == OPEN && ended[e] && !(lost && underWayEntry == e) -> state[e] = LEFT } /* a suspect's is not swept */
  fi
}

active proctype Repair() {
  byte seen, outcome, value, taken;
  do
  :: fenceOrSweep(WRITE_1)
#if WRITES > 1
  :: fenceOrSweep(WRITE_2)
#endif
  :: fenceOrSweep(CHUNK)
  :: d_step { state[FRESH] == OPEN && (ended[FRESH] || fenced[CHUNK]) -> state[FRESH] = LEFT }
  :: if
     :: d_step { POINTS_TO_TAKE != 0 -> taken = POINTS_TO_TAKE; repairsRange = false; mark(REPAIR) }
     :: d_step { MAY_TAKE(CHUNK) -> taken = 1 << CHUNK; repairsRange = true; mark(REPAIR) }
     fi;
     value = primary;
     if
     :: d_step { secondary = value; DIFFER_ONLY_WITH_ENTRY };
        if
        :: repairsRange -> d_step { lookInto(REPAIR) }
        :: else -> d_step { look(REPAIR) }
        fi;
        d_step {
#ifdef RANGE_FLAGS_NOT
          if :: !repairsRange -> contestSeen() :: else fi;
#else
          contestSeen();
#endif
          deleteTaken(WRITE_1); deleteTaken(WRITE_2); deleteTaken(FRESH); deleteTaken(CHUNK);
          if :: taken & (1 << REPAIR) -> leftByRepair = false :: else fi;
          if :: !repairsRange && (contested[REPAIR] || WITHIN_RANGE) -> leftByRepair = true :: else fi;
          state[REPAIR] = GONE; repairsRange = false;
          DIFFER_ONLY_WITH_ENTRY
        }
     :: d_step { state[REPAIR] = GONE; repairsRange = false; DIFFER_ONLY_WITH_ENTRY } /* not done: withdrawn */
     fi;
     d_step { contested[REPAIR] = false; seen = 0; taken = 0; value = 0 }
  :: over == WRITES + 1 && !ANY_ENTRY -> break
  od;
  assert(primary == secondary)
}

init {
  atomic {
    run Write(WRITE_1, 1);
#if WRITES > 1
    run Write(WRITE_2, 2);
#endif
    run Chunk()
  }
}
