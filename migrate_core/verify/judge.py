"""The second judge: pg_dump of the rehearsal against pg_dump of the declared schema.

It shares no code with introspection, so it sees what introspection does not know to look at.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from migrate_core.declared.schema import built
from migrate_core.declared.scratch import Scratch, ShadowServer
from migrate_core.declared.sources import DatabaseSource, SnapshotSource, Source
from migrate_core.verify import dump, pg_dump
from migrate_core.verify.report import Judgement

NOT_LOOKED_AT = (
    "owners, privileges, column order and names of NOT NULL constraints are not compared"
)


Wanted = tuple[str, ...] | Judgement


def wanted_dump(
    declared: Source | None, shadow: ShadowServer, schemas: Sequence[str] | None, *, major: int
) -> Wanted:
    """The declared schema as pg_dump sees it, or why there is no such thing.

    Needs nothing of the rehearsal, so it is made beside it.

    Raises:
        MigrateError: the declared schema could not be loaded or dumped.
    """
    program = pg_dump.find(major)
    if program is None:
        return Judgement(note=f"no pg_dump of PostgreSQL {major} was found")
    if declared is None or isinstance(declared, SnapshotSource):
        return Judgement(note="no declared SQL to dump: introspection judged alone")
    if isinstance(declared, DatabaseSource):
        return dump.normal(pg_dump.dump_schema(program, declared.endpoint, schemas))
    with built(declared, shadow) as (scratch, _notes, _files):
        return _normal(program, scratch, schemas)


def judge(rehearsed: Scratch, wanted: Wanted, schemas: Sequence[str] | None) -> Judgement:
    """Whether both dumps say the same; `agrees` is None where there is nothing to compare.

    Raises:
        MigrateError: the rehearsal's database could not be dumped.
    """
    program = pg_dump.find(rehearsed.major)
    if isinstance(wanted, Judgement) or program is None:
        return wanted if isinstance(wanted, Judgement) else Judgement(note="no pg_dump")
    found = _normal(program, rehearsed, schemas)
    if found == wanted:
        return Judgement(agrees=True, note=NOT_LOOKED_AT)
    return Judgement(agrees=False, diff=_unified(wanted, found), note=NOT_LOOKED_AT)


def _normal(program: str, scratch: Scratch, schemas: Sequence[str] | None) -> tuple[str, ...]:
    text = pg_dump.dump_schema(program, scratch.endpoint, scratch.scope or schemas)
    return dump.normal(scratch.back(text))


def _unified(wanted: Sequence[str], found: Sequence[str]) -> str:
    lines = difflib.unified_diff(
        _lines(wanted), _lines(found), "declared", "rehearsed", lineterm=""
    )
    return "\n".join(lines)


def _lines(blocks: Sequence[str]) -> list[str]:
    return [line for block in blocks for line in (*block.splitlines(), "")]
