"""The closed list of reason codes a verdict may give.

Codes are a public contract: stored, searched, linked and used in policies. Add; never
rename; never reuse. Levels are base levels; a kind may raise or lower one by facts.
"""

from __future__ import annotations

from migrate_core.risk import here  # noqa: F401  # its codes are in REASONS too
from migrate_core.risk.codes import REASONS, Reason, ReasonCode
from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

__all__ = ["REASONS", "Reason", "ReasonCode"]

CREATES_OBJECT = _code(
    "creates_object",
    Level.SAFE,
    "A new object appears; nothing that runs today uses it.",
    "Nothing to do.",
)
CHANGES_METADATA = _code(
    "changes_metadata",
    Level.SAFE,
    "Only the catalog changes, under a brief lock; no row is read or written.",
    "Nothing to do: the lock timeout bounds the wait.",
)
ADDS_NULLABLE_COLUMN = _code(
    "adds_nullable_column",
    Level.SAFE,
    "The catalog gets a column; no row is written.",
    "Nothing to do.",
)
ADDS_COLUMN_WITH_DEFAULT = _code(
    "adds_column_with_default",
    Level.LOW,
    "Existing rows read the constant from the catalog; no row is written.",
    "Nothing to do since PostgreSQL 11.",
)
ADDS_REQUIRED_COLUMN_WITHOUT_DEFAULT = _code(
    "adds_required_column_without_default",
    Level.BLOCKED,
    "The statement fails on a table with rows, and old code's inserts fail afterwards.",
    "Add it nullable, backfill, then forbid NULL: give a value for existing rows.",
    by_rows=True,
)
ADDS_INDEX = _code(
    "adds_index",
    Level.LOW,
    "The index is built concurrently: reads and writes go on, two scans are made.",
    "Nothing to do; it waits for transactions older than itself.",
)
ADDS_UNIQUE_CONSTRAINT = _code(
    "adds_unique_constraint",
    Level.MEDIUM,
    "Writes that repeat a value fail from now on.",
    "The index is built concurrently and attached afterwards.",
    by_rows=True,
)
ADDS_PRIMARY_KEY = _code(
    "adds_primary_key",
    Level.MEDIUM,
    "Writes that repeat the key or leave it NULL fail from now on.",
    "The index is built concurrently and attached afterwards.",
    by_rows=True,
)
ADDS_FOREIGN_KEY = _code(
    "adds_foreign_key",
    Level.MEDIUM,
    "Writes that point at nothing fail from now on; both tables are locked briefly.",
    "It is added NOT VALID and validated while reads and writes go on.",
    by_rows=True,
)
ADDS_CHECK = _code(
    "adds_check",
    Level.MEDIUM,
    "Writes that leave a row breaking the rule fail from now on, updates of old rows included.",
    "It is added NOT VALID and validated while reads and writes go on.",
    by_rows=True,
)
VALIDATES_ONLINE = _code(
    "validates_online",
    Level.LOW,
    "Every row is read once while reads and writes go on.",
    "Nothing to do.",
    by_rows=True,
)
ADDS_EXTENSION = _code(
    "adds_extension",
    Level.LOW,
    "Code of the extension becomes part of the database.",
    "Check that the server has it and that the role may create it.",
)
DROPS_COLUMN_WITH_DATA = _code(
    "drops_column_with_data",
    Level.DESTRUCTIVE,
    "The column's values are gone once the step commits.",
    "Make it a soft drop: the column is renamed, kept and can be brought back by a click.",
    by_rows=True,
    by_use=True,
)
DROPS_TABLE_WITH_DATA = _code(
    "drops_table_with_data",
    Level.DESTRUCTIVE,
    "The table's rows are gone once the step commits.",
    "Make it a soft drop: the table is renamed, kept and can be brought back by a click.",
    by_rows=True,
    by_use=True,
)
DROPS_INDEX = _code(
    "drops_index",
    Level.MEDIUM,
    "Queries that used the index get slower.",
    "Look at its use in pg_stat_user_indexes first, on every server that answers queries.",
    by_rows=True,
)
DROPS_UNIQUE_CONSTRAINT = _code(
    "drops_unique_constraint",
    Level.MEDIUM,
    "Repeated values are accepted from now on, and lookups by it lose their index.",
    "Make sure that nothing relies on the rule, ON CONFLICT included.",
    by_rows=True,
)
DROPS_PRIMARY_KEY = _code(
    "drops_primary_key",
    Level.HIGH,
    "Rows can no longer be told apart; UPDATE and DELETE fail where the table is published.",
    "Let replaceKey build the new key beside the old one, so that there always is one.",
    by_rows=True,
)
DROPS_FOREIGN_KEY = _code(
    "drops_foreign_key",
    Level.MEDIUM,
    "Rows that point at nothing are accepted from now on; both tables are locked briefly.",
    "Make sure that nothing relies on the rule.",
    by_rows=True,
)
DROPS_CHECK = _code(
    "drops_check",
    Level.MEDIUM,
    "Rows that break the rule are accepted from now on.",
    "Make sure that nothing relies on the rule.",
    by_rows=True,
)
DROPS_EXTENSION = _code(
    "drops_extension",
    Level.DESTRUCTIVE,
    "Everything the extension owns goes with it.",
    "Make sure that no column, index or function uses it.",
)
DROPS_OBJECT = _code(
    "drops_object",
    Level.MEDIUM,
    "An object that code may still name is gone; its definition is kept in the migration.",
    "Drop it one release after its last user.",
)
MADE_ANEW = _code(
    "made_anew",
    Level.MEDIUM,
    "It is dropped and created again around a change beneath it; what names it fails between.",
    "Run it when its readers can wait a moment.",
)
CHANGES_VIEW = _code(
    "changes_view",
    Level.MEDIUM,
    "Whoever reads the view meets other rows, columns or rules from now on.",
    "Check its readers against the new query on the shadow.",
)
FILLS_MATERIALIZED_VIEW = _code(
    "fills_materialized_view",
    Level.MEDIUM,
    "Its query runs in full, while reads and writes of its tables go on.",
    "Try the query on data of this size first.",
)
DROPS_MATERIALIZED_VIEW = _code(
    "drops_materialized_view",
    Level.MEDIUM,
    "What it holds is gone; created again, it costs a full run of its query.",
    "Drop it one release after its last reader.",
)
CHANGES_ROUTINE = _code(
    "changes_routine",
    Level.MEDIUM,
    "Whatever calls it gets the new behaviour from the next statement on.",
    "Keep the old behaviour under the old arguments while callers move.",
)
CHANGES_TRIGGER = _code(
    "changes_trigger",
    Level.MEDIUM,
    "Statements set off something else from now on, in the transaction of their user.",
    "Rehearse a write on the shadow.",
)
DROPS_TRIGGER = _code(
    "drops_trigger",
    Level.MEDIUM,
    "What it did is no longer done; until a changed one is there again, for a moment too.",
    "Make sure that nothing relies on it.",
)
CHANGES_RULE = _code(
    "changes_rule",
    Level.MEDIUM,
    "Statements on the relation are rewritten otherwise from now on.",
    "Rehearse the statements on the shadow.",
)
DROPS_RULE = _code(
    "drops_rule",
    Level.MEDIUM,
    "Statements on the relation do what they say from now on.",
    "Make sure that nothing relies on it.",
)
LOSES_SEQUENCE_POSITION = _code(
    "loses_sequence_position",
    Level.HIGH,
    "The sequence's position is gone: one made again starts anew and repeats values.",
    "Keep it, or write the position down first.",
)
NARROWS_COLUMN_TYPE = _code(
    "narrows_column_type",
    Level.HIGH,
    "Values that do not fit make the step fail, and every row is written under ACCESS EXCLUSIVE.",
    "Keep values short by a CHECK, which is validated online; else expand and contract.",
    by_rows=True,
)
CHANGES_COLUMN_TYPE = _code(
    "changes_column_type",
    Level.HIGH,
    "Every row and index is written anew while reads and writes wait.",
    "Expand and contract: a second column, kept in step, filled in batches and swapped.",
    by_rows=True,
    costs=True,
)
WIDENS_COLUMN_TYPE = _code(
    "widens_column_type",
    Level.SAFE,
    "Only the catalog changes: PostgreSQL knows that every value fits.",
    "Nothing to do.",
)
REBUILDS_DEPENDENT_INDEXES = _code(
    "rebuilds_dependent_indexes",
    Level.HIGH,
    "Indexes on the column are built anew while reads and writes wait.",
    "Run it when the table is quiet, or expand and contract.",
    by_rows=True,
    costs=True,
)
CHANGES_COLUMN_NULLABLE_TO_NOT_NULL = _code(
    "changes_column_nullable_to_not_null",
    Level.MEDIUM,
    "Writes that leave the column NULL fail from now on.",
    "A NOT VALID check is validated first, so that SET NOT NULL need not scan.",
    by_rows=True,
)
ALLOWS_NULL = _code(
    "allows_null",
    Level.LOW,
    "Code that never expected NULL may meet one.",
    "Check the readers first.",
)
CHANGES_DEFAULT = _code(
    "changes_default",
    Level.LOW,
    "New rows get another value; existing rows keep theirs.",
    "Nothing to do.",
)
FAILS_ON_EXISTING_ROWS = _code(
    "fails_on_existing_rows",
    Level.BLOCKED,
    "The step would fail: rows of today break the new rule.",
    "Mend or backfill those rows first.",
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
    "Let it go in batches: a backfill, an expansion, or rebuildTable.",
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
REQUIRES_BACKFILL = _code(
    "requires_backfill",
    Level.MEDIUM,
    "Existing rows are written in batches; each commits alone and can be resumed.",
    "Ask whether a constant default does; on a large table watch lag and dead rows.",
    by_rows=True,
)
PARKS_COLUMN = _code(
    "parks_column",
    Level.MEDIUM,
    "Code that still names the column fails; its values stay and come back by a click.",
    "Park it one release after its last reader.",
    by_use=True,
)
PARKS_TABLE = _code(
    "parks_table",
    Level.MEDIUM,
    "Code that still names the table fails; its rows stay and come back by a click.",
    "Park it one release after its last reader.",
    by_use=True,
)
PARKS_DEPENDANTS = _code(
    "parks_dependants",
    Level.MEDIUM,
    "What leans on it goes with it and comes back with it; until then, what uses that fails.",
    "Change it first where it can do without.",
)
ARCHIVES_COLUMN = _code(
    "archives_column",
    Level.MEDIUM,
    "The values are copied with their keys, checked, and then dropped under one lock.",
    "On a large table a soft drop holds the lock for less time.",
    by_use=True,
)
ARCHIVES_TABLE = _code(
    "archives_table",
    Level.MEDIUM,
    "The table moves to the archive schema; code that still names it fails.",
    "Archive it one release after its last reader.",
    by_use=True,
)
RESTORES_OBJECT = _code(
    "restores_object",
    Level.LOW,
    "A parked object comes back under its name.",
    "Nothing to do.",
)
PURGES_ARTIFACT = _code(
    "purge",
    Level.DESTRUCTIVE,
    "What was parked is destroyed; nothing brings it back.",
    "Export it first, or let it wait for its expiry.",
)
OVERWRITES_VALUES = _code(
    "overwrites_values",
    Level.DESTRUCTIVE,
    "Values that rows hold now are replaced by those that were kept; nothing keeps the former.",
    "Put back only what rows lack, or export the table first.",
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
RLS_CHANGE = _code(
    "rls_change",
    Level.MEDIUM,
    "Other rows become visible or hidden to the roles it speaks of.",
    "Read as each role on the shadow first.",
)
WIDENS_ACCESS = _code(
    "widens_access",
    Level.MEDIUM,
    "Somebody may read or change what was closed to them before.",
    "Make sure that the grantee is meant, PUBLIC and grant options above all.",
)
NARROWS_ACCESS = _code(
    "narrows_access",
    Level.MEDIUM,
    "Code that runs as the grantee and uses the right fails from the moment it commits.",
    "Make sure that nothing runs as the grantee any more, or grant what it needs first.",
)
CHANGES_OWNER = _code(
    "changes_owner",
    Level.MEDIUM,
    "Another role may alter and drop it; views and functions of that role's rights change too.",
    "Grant the old owner what it still needs, in the same migration.",
)
CHANGES_REPLICATION = _code(
    "changes_replication",
    Level.MEDIUM,
    "Subscribers get other tables or rows from now on; what they have stays as it is.",
    "Refresh every subscription afterwards, and add tables there first.",
)
RAW_SQL = _code(
    "raw_sql",
    Level.HIGH,
    "What it does is not known from its text; it is rehearsed on the shadow.",
    "Use an operation kind where there is one.",
)
RAW_SQL_LOSES_DATA = _code(
    "raw_sql_loses_data",
    Level.DESTRUCTIVE,
    "Rows or values go for good: nothing is kept of them.",
    "Drop softly by an operation of its own, or copy the rows first.",
)
EXPANDS_COLUMN = _code(
    "expands_column",
    Level.LOW,
    "A second column is kept in step by a trigger and filled in batches; each row is written once.",
    "Let one contract take over soon: until then every write costs a little more.",
    by_rows=True,
)
DERIVES_COLUMNS = _code(
    "derives_columns",
    Level.LOW,
    "A trigger computes the new columns until the step is done; from then on writers have to.",
    "Let what writes the old columns write the new ones too before the step ends, or soon after.",
)
CONTRACTS_COLUMN = _code(
    "contracts_column",
    Level.MEDIUM,
    "The new column takes the old one's place under a brief lock; it stands last in the table.",
    "Name columns in INSERT, COPY and SELECT; the old values stay parked.",
    by_rows=True,
)
NO_INVERSE = _code(
    "no_inverse",
    Level.MEDIUM,
    "Nothing undoes this step by itself.",
    "Write down how to undo it before it runs.",
)
RENAME_TABLE = _code(
    "rename_table",
    Level.HIGH,
    "Code that uses the old name fails from the moment it commits.",
    "Let a view have the new name, and rename when the last user of the old one has moved.",
    by_use=True,
)
RENAME_COLUMN = _code(
    "rename_column",
    Level.HIGH,
    "Code that uses the old name fails from the moment it commits.",
    "Expand and contract: both names can be read and written until the last reader has moved.",
    by_use=True,
)
RENAMES_OBJECT = _code(
    "renames_object",
    Level.HIGH,
    "Code that uses the old name fails from the moment it commits.",
    "Make an object of the new name, move what uses the old one, then drop that.",
    by_use=True,
)
ADDS_ENUM_VALUE = _code(
    "adds_enum_value",
    Level.MEDIUM,
    "Readers may meet a value they do not know; PostgreSQL cannot take it back.",
    "Teach the readers first.",
)
RENAMES_ENUM_VALUE = _code(
    "renames_enum_value",
    Level.HIGH,
    "Code that writes or compares the old value fails from the moment it commits.",
    "Teach the readers and writers both values first.",
)
WOULD_FAIL = _code(
    "would_fail",
    Level.BLOCKED,
    "PostgreSQL would refuse the step: something still needs the object, or is missing.",
    "Do first what the evidence names, then plan again.",
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
TAKES_TIMES_AS_UTC = _code(
    "takes_times_as_utc",
    Level.HIGH,
    "Values are read as times of UTC: those that were meant in another zone move.",
    "Say the zone yourself: USING (column AT TIME ZONE 'Europe/Berlin').",
    by_rows=True,
)
DEFINER_WITHOUT_SEARCH_PATH = _code(
    "definer_without_search_path",
    Level.HIGH,
    "Whoever calls it chooses which objects it finds, and it acts with its owner's rights.",
    "Give it SET search_path = pg_catalog, pg_temp and write schemas before names.",
)
UNTRACKED_DEPENDENCIES = _code(
    "untracked_dependencies",
    Level.LOW,
    "PostgreSQL does not know what a body that is text names: nothing warns when that goes.",
    "Rehearse a call, or write an SQL function as BEGIN ATOMIC, which is tracked.",
)
RLS_WITHOUT_POLICY = _code(
    "rls_without_policy",
    Level.HIGH,
    "Row security is on and no policy is left: everybody but the owner sees no row.",
    "Create the policy that is meant in the same migration.",
)
DROPS_INDEX_ALONG = _code(
    "drops_index_along",
    Level.MEDIUM,
    "Indexes that hold the column go with it, and queries that used them get slower.",
    "Look at their use in pg_stat_user_indexes first.",
    by_rows=True,
)
LOSES_STATISTICS = _code(
    "loses_statistics",
    Level.LOW,
    "What ANALYZE knew of the column is gone with its type: plans may be worse until it runs.",
    "Run ANALYZE on the table right afterwards.",
    by_rows=True,
)
