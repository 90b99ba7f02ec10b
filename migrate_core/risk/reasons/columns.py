"""Columns: what they hold, and from when on."""

from __future__ import annotations

from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

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
NARROWS_COLUMN_TYPE = _code(
    "narrows_column_type",
    Level.HIGH,
    "Values that do not fit make the step fail, and every row is written under ACCESS EXCLUSIVE.",
    "Keep values short by a CHECK, which is validated online; else expand and contract.",
    by_rows=True,
)
LOSES_EXACTNESS = _code(
    "loses_exactness",
    Level.HIGH,
    "Decimal numbers become binary ones: 0.1 and 0.2 are no longer 0.3; large ones are rounded.",
    "Keep numeric where numbers are counted or compared, as money is; cast where a float is asked.",
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
TAKES_TIMES_AS_UTC = _code(
    "takes_times_as_utc",
    Level.HIGH,
    "Values are read as times of UTC: those that were meant in another zone move.",
    "Say the zone yourself: USING (column AT TIME ZONE 'Europe/Berlin').",
    by_rows=True,
)
LOSES_STATISTICS = _code(
    "loses_statistics",
    Level.LOW,
    "What ANALYZE knew of the column is gone with its type: plans may be worse until it runs.",
    "Run ANALYZE on the table right afterwards.",
    by_rows=True,
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
EXPANDS_COLUMN = _code(
    "expands_column",
    Level.LOW,
    "A second column is kept in step by a trigger and filled in batches; each row is written once.",
    "Let one contract take over soon: until then every write costs a little more.",
    by_rows=True,
)
CONTRACTS_COLUMN = _code(
    "contracts_column",
    Level.MEDIUM,
    "The new column takes the old one's place under a brief lock; it stands last in the table.",
    "Name columns in INSERT, COPY and SELECT; the old values stay parked.",
    by_rows=True,
)
CONTRACTS_AT_ONCE = _code(
    "contracts_at_once",
    Level.HIGH,
    "The new column takes over in the plan that adds it: no application has moved by then, and"
    " how many rows disagree cannot be counted before.",
    "Contract in a migration of its own, which needs the first, when the applications have moved.",
    by_use=True,
)
REORDERS_COLUMNS = _code(
    "reorders_columns",
    Level.MEDIUM,
    "Code that goes by position meets other columns: INSERT and COPY without a list, SELECT *.",
    "Name columns wherever the table is written and read, before their order changes.",
    by_use=True,
)
DERIVES_COLUMNS = _code(
    "derives_columns",
    Level.LOW,
    "A trigger computes the new columns until the step is done; from then on writers have to.",
    "Let what writes the old columns write the new ones too before the step ends, or soon after.",
)
