"""What goes: for good, or to where it can be brought back from."""

from __future__ import annotations

from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

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
LOSES_SEQUENCE_POSITION = _code(
    "loses_sequence_position",
    Level.HIGH,
    "The sequence's position is gone: one made again starts anew and repeats values.",
    "Keep it, or write the position down first.",
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
