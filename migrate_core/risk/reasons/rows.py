"""Rows that are read or written for a change, or that make it fail, and where they lie."""

from __future__ import annotations

from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

FAILS_ON_EXISTING_ROWS = _code(
    "fails_on_existing_rows",
    Level.BLOCKED,
    "The step would fail: rows of today break the new rule.",
    "Mend or backfill those rows first.",
)
TOO_LONG_FOR_INDEX = _code(
    "too_long_for_index",
    Level.BLOCKED,
    "A value of today is longer than an index entry may be: the build fails at its end.",
    "Index what the value begins with, or a hash of it; for words in it a GIN index serves.",
    by_rows=True,
)
NOT_MEASURED = _code(
    "not_measured",
    Level.HIGH,
    "What would make the step fail could not be counted in time.",
    "Plan again when the target is quieter, or give the probe more time.",
    by_rows=True,
)
REBUILDS_TABLE = _code(
    "rebuilds_table",
    Level.HIGH,
    "Every row and index is written anew; under ACCESS EXCLUSIVE, reads and writes wait for it.",
    "Let it go in batches: a backfill, an expansion, or rebuildTable; to partition, attach the"
    " table to a new partitioned one.",
    by_rows=True,
    costs=True,
)
REBUILDS_TABLE_ONLINE = _code(
    "rebuilds_table_online",
    Level.MEDIUM,
    "A second table is filled beside the running one: until the swap, which locks it for a moment,"
    " each write is done twice, and disk, WAL and replicas bear a whole copy.",
    "Run it in a quiet hour, with room for the table once more; end long transactions first.",
    by_rows=True,
    costs=True,
)
KEEPS_OLD_TABLE = _code(
    "keeps_old_table",
    Level.LOW,
    "The old table stays under a parked name, and takes its room until it is purged.",
    "Purge it once the new one has proved itself.",
    by_rows=True,
)
SCANS_UNDER_BLOCKING_LOCK = _code(
    "scans_under_blocking_lock",
    Level.HIGH,
    "Every row is read while reads or writes wait.",
    "Split the step, so that the scan runs under a lock that lets them through.",
    by_rows=True,
    costs=True,
)
HOLDS_LOCK = _code(
    "holds_lock",
    Level.HIGH,
    "Others wait for a lock until the transaction ends, however long that goes on working.",
    "Take the lock last and alone, and do what takes long in a migration of its own.",
    by_rows=True,
    by_use=True,
)
REQUIRES_BACKFILL = _code(
    "requires_backfill",
    Level.MEDIUM,
    "Existing rows are written in batches; each commits alone and can be resumed.",
    "Ask whether a constant default does; on a large table watch lag and dead rows.",
    by_rows=True,
)
WRITES_ROWS = _code(
    "writes_rows",
    Level.MEDIUM,
    "Rows are written in one transaction: who writes the same rows waits for its end.",
    "Where many rows are written let a backfill do it: in batches, each with its own commit.",
    by_rows=True,
)
DETACHES_PARTITION = _code(
    "detaches_partition",
    Level.MEDIUM,
    "Its rows are no longer seen through the partitioned table; they stay in its own.",
    "Stop reading them there first.",
)
CHANGES_INHERITANCE = _code(
    "changes_inheritance",
    Level.MEDIUM,
    "Queries of the parent see other rows than before.",
    "Read ONLY the parent where that matters.",
)
UNLOGGED = _code(
    "unlogged",
    Level.HIGH,
    "A crash empties the table, and no standby or subscriber has its rows.",
    "Keep what must survive a crash in a logged table.",
    by_rows=True,
)
CHANGES_REPLICA_IDENTITY = _code(
    "changes_replica_identity",
    Level.MEDIUM,
    "Subscribers are told something else about updated and deleted rows.",
    "Make sure that every subscriber can find a row by it.",
)
CHANGES_REPLICATION = _code(
    "changes_replication",
    Level.MEDIUM,
    "Subscribers get other tables or rows from now on; what they have stays as it is.",
    "Refresh every subscription afterwards, and add tables there first.",
)
STOPS_AUTOVACUUM = _code(
    "stops_autovacuum",
    Level.HIGH,
    "Dead rows stay: the table grows, reads get slower, and old transaction ids are used up.",
    "Make autovacuum come more often instead, or let it work harder: a lower scale factor.",
    by_rows=True,
    by_use=True,
)
PUBLISHED_WITHOUT_IDENTITY = _code(
    "published_without_identity",
    Level.HIGH,
    "UPDATE and DELETE of a table fail while it is published and nothing tells its rows apart.",
    "Give it a primary key or REPLICA IDENTITY FULL first, or publish its inserts alone.",
)
TAKES_FROM_SUBSCRIBERS = _code(
    "takes_from_subscribers",
    Level.HIGH,
    "Subscribers stop with an error, or get no more of a table and are not told.",
    "Let the subscribers go over to another publication, or drop the subscription, first.",
)
SEQUENCE_CYCLES = _code(
    "sequence_cycles",
    Level.HIGH,
    "After its last number it gives former ones again: rows get the numbers of others, or fail.",
    "Count in bigint without an end, or make the numbers unique by something else as well.",
)
RUNS_OUT_OF_NUMBERS = _code(
    "runs_out_of_numbers",
    Level.HIGH,
    "Few numbers are left, or fewer than there are rows: then nextval() fails, and so do INSERTs.",
    "Count in bigint: it costs four bytes a row, and nobody has run out of it yet.",
    by_rows=True,
)
