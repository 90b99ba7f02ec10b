"""Values that are computed for rows of today: whether they can be, and whether they may stand.

They are computed as the step would, before anything runs. What is volatile is not asked: it
would give something else then, and may do more than give a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate_core.pg.ddl import Raw, ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.bodies import lasts
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.risk.triggers import may_change
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Column, Constraint, Table, Value
from migrate_core.schema.routines import bare_name
from migrate_core.schema.rules import check_expression, is_enforced, is_unique
from migrate_core.schema.volatility import is_lasting

_FACT, _DEFAULT = "filled_", "default_"
_STRING = re.compile(r"character varying\((?P<size>\d+)\)|character\((?P<blank>\d+)\)")


class Filling(Value, frozen=True, kw_only=True):
    """`column` of those rows of `table` that satisfy `where` gets the value of `expression`."""

    table: Table
    column: Column
    expression: str
    where: str = "true"


def asked_of_filling(graph: SchemaGraph, filling: Filling) -> tuple[Probe, ...]:
    """Rows that a table's own rules do not let in with the new value, and whether each has one."""
    text = f"{filling.expression}, {filling.where}"
    if not is_lasting(text, _own(graph)) or filling.expression.strip().upper() == "DEFAULT":
        return ()
    return tuple(_probes(graph, filling))


def asked_of_default(graph: SchemaGraph, table: Table, column: Column) -> tuple[Probe, ...]:
    """Checks of this column alone that its default breaks: no row has to be read for that."""
    value = column.default
    if value is None or not is_lasting(value, _own(graph)):
        return ()
    row = ddl(
        "(SELECT {value} AS {column}) AS {alias}",
        value=_value(Filling(table=table, column=column, expression=value)),
        column=column.name,
        alias=table.name.name,
    )
    rules = (rule for rule in table.constraints if rule.type == "check" and is_enforced(rule))
    return tuple(
        Probe(
            fact=f"{_DEFAULT}{rule.name}",
            question=f"INSERTs that leave {column.name} out break {rule.name}",
            query=f"SELECT count(*) FROM {row} WHERE ({asked}) IS FALSE",
            blocks=False,
            is_of_rows=False,
            is_needed=False,
        )
        for rule, asked in ((rule, check_expression(rule.definition)) for rule in rules)
        if rule.columns == (column.name,)
    )


def refused_default(facts: Facts) -> Iterator[str]:
    """What is asked of a default, and is so."""
    of_default = (answer for answer in facts.answers if answer.fact.startswith(_DEFAULT))
    return (answer.question for answer in of_default if answer.count)


def unfillable(facts: Facts) -> Iterator[Reason]:
    for answer in facts.answers:
        if answer.fact.startswith(_FACT):
            yield from breaking(facts, answer.fact)


def _own(graph: SchemaGraph) -> set[tuple[str, str]]:
    return {_called(routine) for routine in graph.routines if lasts(routine)}


def _called(routine: Routine) -> tuple[str, str]:
    schema, name = routine.schema, bare_name(ref_of(routine))
    return schema, QualifiedName.parse(name).name


def _probes(graph: SchemaGraph, filling: Filling) -> Iterator[Probe]:
    table, column = filling.table, filling.column
    too_long = _too_long(column)
    fits = f"values of {column.name} do not fit {column.type}"
    condition = too_long or ddl("pg_column_size({column}) < 0", column=column.name)  # computes it
    yield _probe(filling, "value", fits, condition)
    sure = not any(may_change(graph, one, column.name) for one in table.triggers)
    if column.not_null:
        where = ddl("{column} IS NULL", column=column.name)
        words = f"rows would hold NULL in {column.name}"
        yield _probe(filling, "null", words, where, sure=sure)
    for rule in table.constraints:
        yield from _of_rule(filling, rule, sure=sure)
    if is_unique(table, (column.name,)):
        yield _repeated(filling, sure=sure)


def _repeated(filling: Filling, *, sure: bool) -> Probe:
    """Among all rows: those that are not filled keep what they hold."""
    column, table = filling.column.name, filling.table.name
    every = ddl(
        "(SELECT CASE WHEN {where} THEN {value} ELSE {column} END AS {column} FROM {table})"
        " AS {alias}",
        where=raw(filling.where),
        value=_value(filling),
        column=column,
        table=table,
        alias=table.name,
    )
    repeated = ddl(
        "(SELECT FROM {every} WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1)",
        every=raw(every),
        column=column,
    )
    return Probe(
        fact=f"{_FACT}repeated_{column}",
        question=f"values of {column} would stand in more than one row, and it is unique",
        query=f"SELECT count(*) FROM {repeated} AS repeated",
        blocks=sure,
        is_needed=False,
    )


def _of_rule(filling: Filling, rule: Constraint, *, sure: bool) -> Iterator[Probe]:
    """Each check is asked of a row that is written; what rows of today break is not validated."""
    table, name, fact = filling.table, filling.column.name, f"rule_{rule.name}"
    if rule.type == "check" and is_enforced(rule):
        computed = {one.name for one in table.columns if one.generated}
        concerned = name in rule.columns or not rule.validated
        if concerned and not computed & set(rule.columns):
            where = f"({check_expression(rule.definition)}) IS FALSE"
            words = f"rows would break {rule.name}"
            yield _probe(filling, fact, words, where, sure=sure, read=rule.columns)
    elif rule.type == "foreign key" and rule.columns == (name,) and rule.references:
        words = f"rows would point at no row of {rule.references}"
        yield _probe(filling, fact, words, _orphaned(rule, rule.references), sure=sure)


def _probe(
    filling: Filling,
    fact: str,
    question: str,
    condition: str,
    *,
    sure: bool = True,
    read: tuple[str, ...] = (),
) -> Probe:
    """Of the rows as they would be: under the table's name, so that its rules can be asked.

    OFFSET 0: what `where` leaves out is not computed, as it is not by an UPDATE.
    """
    name, key = filling.column.name, filling.table.primary_key
    keys = key.columns if key else ()
    others = tuple(dict.fromkeys((*keys, *(one for one in read if one != name))))
    rows = ddl(
        "(SELECT {others}{value} AS {column} FROM {table} WHERE {where} OFFSET 0) AS {alias}",
        others=raw(f"{ddl('{names}', names=others)}, " if others else ""),
        value=_value(filling),
        column=name,
        table=filling.table.name,
        where=raw(filling.where),
        alias=filling.table.name.name,
    )
    found = ddl("FROM {rows} WHERE {condition}", rows=raw(rows), condition=raw(condition))
    return Probe(
        fact=f"{_FACT}{fact}_{name}",
        question=question,
        query=f"SELECT count(*) {found}",
        sample=f"SELECT concat_ws(', ', {ddl('{keys}', keys=keys)}) {found}" if keys else None,
        blocks=sure,
        is_needed=False,
    )


def _value(filling: Filling) -> Raw:
    """Cast as an assignment does it. An explicit cast to a string of a length would cut it."""
    type_ = filling.column.type
    bare = {"size": "character varying", "blank": "bpchar"}
    found = _STRING.fullmatch(type_)
    if found is not None:
        type_ = bare[found.lastgroup or ""]
    return raw(f"({filling.expression})::{type_}")


def _too_long(column: Column) -> str:
    """Blanks at the end are cut without a word."""
    found = _STRING.fullmatch(column.type)
    if found is None:
        return ""
    size = raw(found[found.lastgroup or ""])
    return ddl("char_length(rtrim({column}::text)) > {size}", column=column.name, size=size)


def _orphaned(key: Constraint, other: QualifiedName) -> str:
    return ddl(
        "{ours} IS NOT NULL AND NOT EXISTS"
        " (SELECT FROM {other} AS referenced WHERE referenced.{theirs} = {ours})",
        ours=key.columns[0],
        other=other,
        theirs=key.ref_columns[0],
    )
