"""Constraints as text: what a definition says, and the statements that put it in place.

PostgreSQL deparses every constraint alike, so its clauses stand where its own parentheses
stand: no expression is looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from migrate_core.pg.ddl import Raw, Stage, Statement, ddl, raw, stage
from migrate_core.pg.lexer import Token, tokens
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.clauses import constraint_clause, constraint_comments, options_clause
from migrate_core.schema.concurrent import build_index
from migrate_core.schema.objects import Constraint, Index, Relation, Table, Value
from migrate_core.schema.refs import ObjectKind, Ref

_NOT_VALID = re.compile(r"\s+NOT\s+VALID\s*$", re.IGNORECASE)
_NOT_ENFORCED = re.compile(r"\sNOT\s+ENFORCED\s*$", re.IGNORECASE)


class KeyShape(Value, frozen=True, kw_only=True):
    """The parts of a PRIMARY KEY or UNIQUE definition, each as it is written."""

    columns: str  # "(a, b)"
    include: str = ""  # "(c)"
    nulls_distinct: bool = True
    timing: str = ""  # "DEFERRABLE INITIALLY DEFERRED"
    has_periods: bool = False  # WITHOUT OVERLAPS (18): an exclusion in all but name


def read_key(definition: str) -> KeyShape:
    lists = list(top_level_lists(definition))
    first, last = lists[0], lists[-1]
    columns = definition[slice(*first)]
    return KeyShape(
        columns=columns,
        include=definition[slice(*last)] if last is not first else "",
        nulls_distinct="NOT DISTINCT" not in definition[: first[0]].upper(),
        timing=definition[last[1] :].strip(),
        has_periods=_words(columns)[-2:] == ["without", "overlaps"],
    )


def top_level_lists(definition: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each outermost pair of parentheses."""
    depth = start = 0
    for token in tokens(definition):
        if token.text == "(":
            start = start if depth else token.start
            depth += 1
        elif token.text == ")":
            depth -= 1
            if not depth:
                yield start, token.start + 1


def listed(text: str) -> Iterator[str]:
    """What stands between the commas that are in no parentheses."""
    depth = start = 0
    for token in tokens(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
        if token.text == "," and not depth:
            yield text[start : token.start]
            start = token.start + 1
    yield text[start:]


def check_expression(definition: str) -> str:
    """What a CHECK asks of a row, in its parentheses."""
    return definition[slice(*next(top_level_lists(definition)))]


def is_enforced(constraint: Constraint) -> bool:
    return not _NOT_ENFORCED.search(constraint.definition)


def completed(constraint: Constraint, table: Table) -> Constraint:
    """A constraint as the catalog will tell it, where a person wrote the definition alone."""
    if _NOT_VALID.search(constraint.definition):
        bare = _NOT_VALID.sub("", constraint.definition)
        constraint = msgspec.structs.replace(constraint, definition=bare, validated=False)
    lists = list(top_level_lists(constraint.definition))
    if constraint.columns or not lists:
        return constraint
    ours = constraint.definition[slice(*lists[0])]
    if constraint.type in ("check", "exclude"):
        named = {token.name for token in tokens(constraint.definition)}
        columns = tuple(sorted(c.name for c in table.columns if c.name in named))
        return msgspec.structs.replace(constraint, columns=columns)
    constraint = msgspec.structs.replace(constraint, columns=_names(ours))
    if constraint.type != "foreign key" or len(lists) < 2:
        return constraint
    between = constraint.definition[lists[0][1] : lists[1][0]].strip()
    other = QualifiedName.parse(between.partition(" ")[2].strip())
    theirs = _names(constraint.definition[slice(*lists[1])])
    return msgspec.structs.replace(constraint, references=other, ref_columns=theirs)


def add_directly(table: QualifiedName, constraint: Constraint) -> Stage:
    """ADD CONSTRAINT as it stands: its index is built while nobody reads or writes."""
    sql = ddl("ALTER TABLE {t} ADD {clause}", t=table, clause=constraint_clause(constraint))
    add = Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=table, scans=True)
    return stage(add, *_comment(table, constraint))


def add_key(table: QualifiedName, constraint: Constraint, *, helper: str) -> tuple[Stage, ...]:
    """The index first, concurrently and under the name `helper`; then the constraint takes it.

    No constraint of periods (18) can be made from an index: it is added directly.
    """
    if read_key(constraint.definition).has_periods:
        return (add_directly(table, constraint),)
    return (
        build_index(table, helper, index_of(constraint), unique=True),
        stage(add_using(table, constraint, helper), *_comment(table, constraint)),
    )


def index_of(constraint: Constraint) -> str:
    """The definition of the index behind a primary key or a unique constraint, from USING on."""
    key = read_key(constraint.definition)
    index = f"USING btree {key.columns}"
    index += f" INCLUDE {key.include}" if key.include else ""
    index += "" if key.nulls_distinct else " NULLS NOT DISTINCT"
    index += f" WITH ({options_clause(constraint.options)})" if constraint.options else ""
    return index


def add_using(table: QualifiedName, constraint: Constraint, index: str) -> Statement:
    """ADD CONSTRAINT with an index that is there; it is called as the constraint afterwards."""
    timing = read_key(constraint.definition).timing
    sql = ddl(
        "ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {index}{timing}",
        table=table,
        name=constraint.name,
        kind=raw(constraint.type.upper()),
        index=index,
        timing=raw(f" {timing}" if timing else ""),
    )
    return Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=table)


def add_at_once(table: QualifiedName, constraint: Constraint, lock: LockMode) -> Stage:
    """ADD CONSTRAINT for a foreign key that every partition has already: no row is read.

    Theirs lose their triggers on the other table, which is locked for it.
    """
    sql = ddl("ALTER TABLE {t} ADD {clause}", t=table, clause=constraint_clause(constraint))
    also = _also(table, constraint, LockMode.ACCESS_EXCLUSIVE)
    add = Statement(sql=sql, lock=lock, on=table, also=also, inherited=True)
    return stage(add, *_comment(table, constraint))


def add_now(table: QualifiedName, constraint: Constraint, lock: LockMode) -> Stage:
    """ADD CONSTRAINT for a foreign key of a partitioned table that no partition has yet."""
    sql = ddl("ALTER TABLE {t} ADD {clause}", t=table, clause=constraint_clause(constraint))
    also = _also(table, constraint, lock)
    add = Statement(sql=sql, lock=lock, on=table, also=also, scans=True, inherited=True)
    return stage(add, *_comment(table, constraint))


def add_not_valid(table: QualifiedName, constraint: Constraint, lock: LockMode) -> Stage:
    """ADD CONSTRAINT ... NOT VALID; a foreign key takes the same lock on the other table."""
    sql = ddl(
        "ALTER TABLE {table} ADD {clause}{not_valid}",
        table=table,
        clause=constraint_clause(constraint),
        not_valid=raw(" NOT VALID" if is_enforced(constraint) else ""),
    )
    also = _also(table, constraint, lock)
    add = Statement(sql=sql, lock=lock, on=table, also=also, inherited=True)
    return stage(add, *_comment(table, constraint))


def validate(table: QualifiedName, constraint: Constraint) -> Stage:
    """VALIDATE CONSTRAINT: every row is read once, reads and writes go on."""
    sql = ddl("ALTER TABLE {table} VALIDATE CONSTRAINT {name}", table=table, name=constraint.name)
    lock = LockMode.SHARE_UPDATE_EXCLUSIVE
    also = _also(table, constraint, LockMode.ROW_SHARE)
    return stage(Statement(sql=sql, lock=lock, on=table, also=also, scans=True, inherited=True))


# The first major in which a foreign key to a partitioned table has triggers on each partition.
TRIGGERS_ON_PARTITIONS = 15


def drop_constraint(
    table: QualifiedName, name: str, references: QualifiedName | None = None
) -> Statement:
    """DROP CONSTRAINT; that of a foreign key locks the referenced table as much as its own."""
    sql = ddl("ALTER TABLE {table} DROP CONSTRAINT {name}", table=table, name=name)
    lock = LockMode.ACCESS_EXCLUSIVE
    also = ((references, lock),) if references and references != table else ()
    return Statement(sql=sql, lock=lock, on=table, also=also, inherited=True)


def constraint_ref(table: QualifiedName, name: str) -> Ref:
    return Ref.of(ObjectKind.CONSTRAINT, table, name)


def key_claim(table: QualifiedName, columns: Iterable[str]) -> tuple[str, str]:
    """What a key and the foreign keys on it contend for, beside names: its columns.

    A foreign key leans on one of the keys over its columns. A key that goes has to go
    before a foreign key is added, or that would lean on it.
    """
    return (str(table), ddl("({columns})", columns=sorted(columns)))


def only_primary_key(table: QualifiedName) -> tuple[str, str]:
    """What an old and a new primary key contend for: a table has one."""
    return (str(table), "primary key")


def index_key(index: Index) -> tuple[str, ...]:
    """The names in an index's key list, without those it only includes."""
    first = next(top_level_lists(index.definition))
    return _names(index.definition[slice(*first)])


def is_whole(index: Index) -> bool:
    """Whether it holds all rows."""
    return " WHERE " not in index.definition


def is_unique(table: Relation, columns: Iterable[str], *, at_once: bool = False) -> bool:
    """Whether a key or a unique index of all its rows is over just these columns; `at_once`: one
    that cannot be deferred."""
    wanted = set(columns)
    keys = (
        c.columns
        for c in table.constraints
        if c.type in ("unique", "primary key") and not (at_once and is_deferrable(c))
    )
    whole = (i for i in table.indexes if i.unique and i.valid and is_whole(i))
    return wanted in map(set, (*keys, *map(index_key, whole)))


def no_longer_unique(
    table: Relation | None, columns: Iterable[str], was: Constraint | None = None
) -> str:
    """What is gone with a rule over these columns, in words; "" where another says the same.
    `was`: the constraint, where it was one."""
    if table is None:
        return ""
    upserts = f"ON CONFLICT ({', '.join(columns)})"
    if not is_unique(table, columns):
        return f"{upserts}, and no value twice"
    if is_unique(table, columns, at_once=True) or (was and is_deferrable(was)):
        return ""
    return f"{upserts}, which cannot use a key that is deferrable"


def is_deferrable(key: Constraint) -> bool:
    return read_key(key.definition).timing.upper().startswith("DEFERRABLE")


def leads_an_index(table: Relation, columns: Iterable[str]) -> bool:
    """Whether an index of all its rows begins with one of these columns, and so finds rows."""
    wanted = set(columns)
    keys = [c.columns for c in table.constraints if c.type in ("unique", "primary key")]
    whole = (i for i in table.indexes if i.valid and is_whole(i))
    leading = ([*index_key(i)] for i in whole if i.definition.startswith(_FINDS))
    return any(wanted & set(key[:1]) for key in (*keys, *leading))


def points_alike(key: Constraint, other: Constraint) -> bool:
    """Whether two foreign keys are over the same columns of both sides, whatever they do."""
    one, two = (
        (k.type, k.references, frozenset(zip(k.columns, k.ref_columns, strict=False)))
        for k in (key, other)
    )
    return one == two


_FINDS = ("USING btree ", "USING hash ")
_ACTION = re.compile(r"\b(ON (?:DELETE|UPDATE)) (CASCADE|SET NULL|SET DEFAULT)\b")


def acts_here(key: Constraint) -> str:
    """`ON DELETE CASCADE`: what a foreign key does to its own table's rows."""
    return " ".join(found[0] for found in _ACTION.finditer(key.definition))


def action(key: Constraint, event: str) -> str:
    """`CASCADE`: of that, what it does `ON DELETE` or `ON UPDATE`; "" where it refuses it."""
    found: dict[str, str] = dict(_ACTION.findall(key.definition))
    return found.get(event, "")


def columns_in_words(constraint: Constraint) -> Raw:
    """`(a, b)`, for lists and evidence."""
    return raw(ddl("({columns})", columns=constraint.columns))


def _comment(table: QualifiedName, constraint: Constraint) -> Iterator[Statement]:
    return constraint_comments(table, constraint)


def _also(
    table: QualifiedName, constraint: Constraint, lock: LockMode
) -> tuple[tuple[QualifiedName, LockMode], ...]:
    other = constraint.references
    return ((other, lock),) if other and other != table else ()


def _words(text: str) -> list[str]:
    return [name for token in tokens(text) if (name := _word(token))]


def _word(token: Token) -> str | None:
    return token.name


def _names(parenthesised: str) -> tuple[str, ...]:
    return tuple(_words(parenthesised))
