"""What happens to an object of any kind: it comes, goes, or gets another name."""

from __future__ import annotations

from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

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
ADDS_EXTENSION = _code(
    "adds_extension",
    Level.LOW,
    "Code of the extension becomes part of the database.",
    "Check that the server has it and that the role may create it.",
)
DROPS_EXTENSION = _code(
    "drops_extension",
    Level.DESTRUCTIVE,
    "Everything the extension owns goes with it.",
    "Make sure that no column, index or function uses it.",
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
NO_INVERSE = _code(
    "no_inverse",
    Level.MEDIUM,
    "Nothing undoes this step by itself.",
    "Write down how to undo it before it runs.",
)
WOULD_FAIL = _code(
    "would_fail",
    Level.BLOCKED,
    "PostgreSQL would refuse the step: something still needs the object, or is missing.",
    "Do first what the evidence names, then plan again.",
)
