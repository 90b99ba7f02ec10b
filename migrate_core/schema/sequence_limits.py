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


def tightens(old: SequenceOptions, new: SequenceOptions) -> bool:
    """Whether it comes to its end sooner, where it has one."""
    if new.cycle:
        return False
    nearer = new.max < old.max if new.increment > 0 else new.min > old.min
    return nearer or old.cycle or abs(new.increment) > abs(old.increment)


def begins_again(old: SequenceOptions | None, new: SequenceOptions) -> bool:
    """Whether it gives numbers a second time, where it failed before. Nobody lives to see the
    end of a bigint."""
    if not new.cycle or (old is not None and old.cycle):
        return False
    return (new.max - new.min) // abs(new.increment) < _ENDLESS


def room(options: SequenceOptions, type_: str) -> int | None:
    """How many numbers it gives a column of this type; None: as many as are asked for."""
    if options.cycle:
        return None
    top = 1 << (_BITS.get(type_, 64) - 1)
    if options.increment > 0:
        end = min(options.max, top - 1)
        return max(0, (end - options.start) // options.increment + 1)
    end = max(options.min, -top)
    return max(0, (options.start - end) // -options.increment + 1)


_ENDLESS = 1 << 53
_BITS = {"smallint": 16, "integer": 32, "bigint": 64}
