"""New limits for a sequence that may stand outside them.

ALTER SEQUENCE fails where the position is beyond the new limits, and a RESTART would throw a
good position away. So the position is looked at between the two: one that fits is kept, one
that does not goes to the new start.
"""

from __future__ import annotations

import msgspec

from migrate_core.pg.ddl import ddl, literal, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import SequenceOptions

_SIZES = ["smallint", "integer", "bigint"]


def narrows(old: SequenceOptions, new: SequenceOptions) -> bool:
    return new.min > old.min or new.max < old.max


def between(old: SequenceOptions, new: SequenceOptions) -> SequenceOptions:
    """The old options with limits wide enough for the old and for the new position."""
    type_ = max(old.type, new.type, key=_SIZES.index)
    low, high = min(old.min, new.min), max(old.max, new.max)
    return msgspec.structs.replace(old, type=type_, min=low, max=high)


def reposition(sequence: QualifiedName, new: SequenceOptions) -> str:
    return ddl(
        "SELECT setval({name}, {start}, false) FROM {sequence}"
        " WHERE last_value NOT BETWEEN {min} AND {max}",
        name=literal(str(sequence)),
        sequence=sequence,
        start=raw(str(new.start)),
        min=raw(str(new.min)),
        max=raw(str(new.max)),
    )
