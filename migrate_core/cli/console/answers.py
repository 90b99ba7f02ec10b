"""What two schemas alone cannot tell: read from options, or asked on a terminal."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from migrate_core.api import Generated
from migrate_core.cli.console.options import column, table
from migrate_core.cli.console.output import note, shown
from migrate_core.diff.renames import RenameQuestion
from migrate_core.errors import MisuseError
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, Rename
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Enum
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import named

T = TypeVar("T")


def is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def backfills(given: Iterable[tuple[str, str]], wanted: SchemaGraph) -> tuple[tuple[Ref, str], ...]:
    """`--backfill table.column=EXPRESSION`, each a column of the declared schema."""
    return tuple((_declared_column(left, wanted), expression) for left, expression in given)


def renames(
    given: Iterable[tuple[str, str]], live: SchemaGraph, wanted: SchemaGraph
) -> tuple[Rename, ...]:
    """`--rename old=new`: a table, the column of one or an enum's value; whichever is there."""
    return tuple(_rename(old, new, live, wanted) for old, new in given)


def expansions(given: Iterable[str], live: SchemaGraph) -> tuple[Ref, ...]:
    """`--expand table.column`, each a column of the target."""
    return tuple(_live_column(text, live) for text in given)


def _live_column(text: str, live: SchemaGraph) -> Ref:
    relation, name = _read(column, text)
    found = live.table(relation)
    if found is None or found.column(name) is None:
        raise MisuseError(
            f"--expand {text}: the target has no such column",
            hint="Name it as table.column or schema.table.column, as it is called today.",
        )
    return column_ref(relation, name)


def _declared_column(text: str, wanted: SchemaGraph) -> Ref:
    relation, name = _read(column, text)
    found = wanted.table(relation)
    if found is None or found.column(name) is None:
        raise MisuseError(
            f"--backfill {text}: the declared schema has no such column",
            hint="Name it as table.column or schema.table.column.",
        )
    return column_ref(relation, name)


def _rename(old: str, new: str, live: SchemaGraph, wanted: SchemaGraph) -> Rename:
    relation = _table_named(old)
    if relation and live.table(relation):
        target = _read(table, new)
        if wanted.table(QualifiedName(relation.schema, target.name)):
            return Rename(old=Ref.of(ObjectKind.TABLE, relation), new=target.name)
        raise _unknown(f"{old}={new}", f"the declared schema has no table {target}")
    if others := _others_named(old, live):
        return _of_one(others, old, _read(table, new).name, wanted)
    relation, name = _read(column, old)
    enum = live.find(Enum, relation)
    if enum is not None and name in enum.values:
        ref = Ref.of(ObjectKind.ENUM, relation, name)
        return Rename(old=ref, new=_read(table, new).name)
    found = live.table(relation)
    if found is None or found.column(name) is None:
        raise _unknown(f"{old}={new}", f"the target has no {old}")
    return Rename(old=column_ref(relation, name), new=_read(table, new).name)


def _others_named(text: str, live: SchemaGraph) -> list[Ref]:
    """Types, views, sequences and routines of the target; a routine with or without arguments."""
    routines = [r for r in live.routines if text in (r.name, r.name.removeprefix("public."))]
    relation = _table_named(text)
    return [*map(ref_of, routines)] or (list(named(live, relation)) if relation else [])


def _of_one(found: list[Ref], old: str, new: str, wanted: SchemaGraph) -> Rename:
    """Raises MisuseError where several have the old name, or no declared one the new."""
    if len(found) > 1:
        raise _unknown(f"{old}={new}", f"the target has {len(found)} of that name")
    declared = named(wanted, QualifiedName(found[0].schema, new))
    if not any(ref.kind is found[0].kind for ref in declared):
        raise _unknown(f"{old}={new}", f"the declared schema has no {found[0].kind.value} {new}")
    return Rename(old=found[0], new=new)


def _read(reader: Callable[[str], T], text: str) -> T:
    try:
        return reader(text)
    except ArgumentTypeError as error:
        raise MisuseError(str(error), hint="Quote names as SQL would.") from error


def _table_named(text: str) -> QualifiedName | None:
    try:
        return table(text)
    except ArgumentTypeError:
        return None


def _unknown(option: str, problem: str) -> MisuseError:
    return MisuseError(
        f"--rename {option}: {problem}",
        hint="Write object=new_name, table.column=new_name, or type.value=new_value.",
    )


Again = Callable[[Answers], Generated]


def ask_all(first: Generated, answers: Answers, again: Again) -> tuple[Generated, Answers]:
    """Every open question on the terminal; an answer may close or open others."""
    found, declined = first, set[tuple[Ref, str]]()
    while question := _next_question(found.questions, declined):
        if _says_yes(f"Is {question.new} the new name of {question.old} ({question.why})?"):
            answer = Rename(old=question.old, new=question.new)
            answers = msgspec.structs.replace(answers, renames=(*answers.renames, answer))
            found = again(answers)
        else:
            declined.add((question.old, question.new))
    answers = _ask_backfills(found, answers)
    return again(answers), answers


def _next_question(
    asked: Sequence[RenameQuestion], declined: set[tuple[Ref, str]]
) -> RenameQuestion | None:
    return next((q for q in asked if (q.old, q.new) not in declined), None)


def _ask_backfills(found: Generated, answers: Answers) -> Answers:
    given = dict(answers.backfills)
    for ref in found.backfills_offered:
        if ref in given:
            continue
        need = "needed" if ref in found.backfills_needed else "empty for none"
        note(f"Value for existing rows of {ref}, as SQL ({need}):")
        expression = _read_line()
        if expression:
            given[ref] = expression
    return msgspec.structs.replace(answers, backfills=tuple(given.items()))


def _says_yes(text: str) -> bool:
    note(f"{shown(text)} [y/N]")
    return _read_line().lower() in ("y", "yes")


def _read_line() -> str:
    return sys.stdin.readline().strip()


def list_open(found: Generated) -> None:
    """What was not answered, and the option that answers it."""
    for question in found.questions:
        note(
            f"renamed? --rename {question.old}={question.new} ({question.why});"
            " left as it is: one goes, the other comes"
        )
    for ref in found.backfills_needed:
        note(f"needed: --backfill {ref}=EXPRESSION, the value for existing rows; blocked without")
