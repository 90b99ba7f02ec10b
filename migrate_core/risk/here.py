"""Reason codes of what is so around a step, in the target and in the plan, whatever its kind.

Decided by circumstances.py from measured facts, and by planning.context from the other steps.
"""

from __future__ import annotations

from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

WAITS_FOR_SESSIONS = _code(
    "waits_for_sessions",
    Level.MEDIUM,
    "Somebody holds a lock that the step has to wait for; whoever comes after it waits too.",
    "Run it when they are done, or end them: each try gives up after the lock timeout.",
)
WAITS_FOR_PREPARED_TRANSACTION = _code(
    "waits_for_prepared_transaction",
    Level.HIGH,
    "A prepared transaction holds a lock on the table; ending sessions does not release it.",
    "COMMIT PREPARED or ROLLBACK PREPARED it first.",
)
WAITS_FOR_OLD_TRANSACTIONS = _code(
    "waits_for_old_transactions",
    Level.MEDIUM,
    "The concurrent build cannot end before every transaction that is older than it.",
    "Wait for the oldest one, or end it; the build waits without blocking anybody.",
)
WAITS_FOR_VACUUM = _code(
    "waits_for_vacuum",
    Level.HIGH,
    "Autovacuum works on the table to prevent wraparound, and does not step aside for a lock.",
    "Let it finish: it protects the whole cluster.",
)
LOCKS_BUSY_TABLE = _code(
    "locks_busy_table",
    Level.MEDIUM,
    "Many statements a second meet this lock: each of them waits as long as it is held.",
    "Run it in a quiet hour; the lock timeout bounds the wait before it is granted.",
)
USED_NOW = _code(
    "used_now",
    Level.HIGH,
    "What goes is on a relation that is used now: what relies on it fails from the commit on.",
    "Move its users first, and look at the counters again; what goes unnoticed, ask about.",
)
USE_UNKNOWN = _code(
    "use_unknown",
    Level.HIGH,
    "Whoever relies on it fails, or is held to it no more, and nobody has counted who that is.",
    "Count for a day first, on every server that answers queries, or take it away a release"
    " after its last user.",
)
INDEX_IN_USE = _code(
    "index_in_use",
    Level.HIGH,
    "Queries find their rows by this index now; without it each of them reads the whole table.",
    "Build what takes its place first, and look at the counters again before this one goes.",
    by_rows=True,
    costs=True,
)
INDEX_USE_UNKNOWN = _code(
    "index_use_unknown",
    Level.HIGH,
    "Nobody has counted for a day which queries read it; each that does reads the whole table.",
    "Let the counters run for a day, on every server that answers queries, and plan again.",
    by_rows=True,
    costs=True,
)
LOCKS_OTHER_TABLE = _code(
    "locks_other_table",
    Level.LOW,
    "Another table than the one that changes is locked as well, against writes or reads.",
    "Mind who uses that one too; each such change has a transaction of its own.",
)
WRITES_MUCH_WAL = _code(
    "writes_much_wal",
    Level.MEDIUM,
    "All that is written anew goes through the WAL, to every replica and into every slot.",
    "Watch the lag while it runs; a backfill gives way by itself.",
)
REPLICA_IS_BEHIND = _code(
    "replica_is_behind",
    Level.MEDIUM,
    "A replica is behind already, and gets further behind with what this writes.",
    "Let it catch up first.",
)
SLOT_KEEPS_WAL = _code(
    "slot_keeps_wal",
    Level.MEDIUM,
    "A replication slot that nobody reads keeps all WAL: what this writes fills the disk.",
    "Drop the slot, or start its reader, first.",
)
NEEDS_DISK = _code(
    "needs_disk",
    Level.MEDIUM,
    "For a time there are two copies of what is written anew; free space is not visible to SQL.",
    "Look at the free space of the data directory before it runs.",
)
NOT_REPLICATED_TO_SUBSCRIBERS = _code(
    "not_replicated_to_subscribers",
    Level.MEDIUM,
    "Logical replication does not carry schema changes: a subscriber that lacks them stops.",
    "What rows gain, add there first; what they lose, take away there afterwards.",
)
LACKS_PRIVILEGE = _code(
    "lacks_privilege",
    Level.BLOCKED,
    "PostgreSQL would refuse the step: the applying role may not do this.",
    "Apply it as the owner, or grant the role membership in the owner.",
)
SCANNED_AGAIN = _code(
    "scanned_again",
    Level.MEDIUM,
    "An earlier step, here or in a pending migration, reads or writes every row as well.",
    "Change what can be changed together in one step, or one release apart.",
)
WRITES_INDEX_ANEW = _code(
    "writes_index_anew",
    Level.MEDIUM,
    "An index that an earlier step builds is built a second time by this one.",
    "Change the table first, and build the index on what it becomes.",
)
DROPS_WHAT_WAS_MADE = _code(
    "drops_what_was_made",
    Level.MEDIUM,
    "An earlier step made what this one takes away.",
    "Leave out both, or make sure that something between them needs it.",
)
LOOKS_LIKE_RENAME = _code(
    "looks_like_rename",
    Level.LOW,
    "A like object appears in this plan or a pending one: if it is the same, its rows stay behind.",
    "Answer the rename question, or fill the new one from the old one first.",
)
NOT_THERE_YET = _code(
    "not_there_yet",
    Level.LOW,
    "A pending migration makes what the step needs: it cannot be measured before that has run.",
    "Run that one first, then plan this one again: until then it waits.",
)
TOUCHED_BY_PENDING = _code(
    "touched_by_pending",
    Level.LOW,
    "A pending migration that runs before this one changes the same table.",
    "Make one migration of both, or look at the table's locks of both together.",
)
HIGH_AGE = _code(
    "high_age",
    Level.MEDIUM,
    "The table waits for a vacuum against wraparound; what lasts makes that one come later.",
    "Run VACUUM FREEZE on it first.",
)
AUTOVACUUM_IS_OFF = _code(
    "autovacuum_is_off",
    Level.MEDIUM,
    "Rows are written anew, and nothing takes the dead ones away: autovacuum is off here.",
    "Switch it on for this table first, or vacuum by hand afterwards.",
)
