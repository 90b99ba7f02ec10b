"""Values that are longer than an entry of a B-tree may be: its build fails, or may.

Source: BTMaxItemSize and index_form_tuple(), and builds over values of every length on
PostgreSQL 15 and 18. An entry is as long as its values are where they are stored, compressed as
they are there: pg_column_size() tells that. What stands whole in its row, or is computed, is
compressed in the entry alone, and nothing tells how far.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from migrate_core.pg.ddl import ddl, literal, raw
from migrate_core.pg.lexer import Lex, tokens
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe, human_count
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import TOO_LONG_FOR_INDEX, Reason
from migrate_core.risk.samples import fenced
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Relation, Table
from migrate_core.schema.rules import listed, top_level_lists

_FACT, _MAYBE, _VALUE = "too_long", "maybe_too_long", "index_value"
_MOST = 2692  # bytes of 2704, without what leads the entry and a value
_WHOLE = 508  # what is not longer stays as it is
_STORED_WHOLE = 2032  # what is longer is compressed when it is stored, or cannot be
_CHARACTERS = _MOST // 4  # of a limit within which every value fits
_LIMIT = re.compile(r"\((\d+)\)")
_LONG = frozenset({"text", "character varying", "character", "bpchar", "bytea", "jsonb",
                   "tsvector", "citext", "ltree", "hstore"})  # fmt: skip


# What gives a value for whatever it is given.
_HARMLESS = frozenset({"lower", "upper", "initcap", "coalesce", "nullif", "md5", "btrim", "ltrim",
                       "rtrim", "length", "char_length", "octet_length", "reverse", "jsonb_typeof",
                       "to_tsvector", "concat", "left", "right", "starts_with"})  # fmt: skip
_TEXTS = frozenset({"text", "character", "regconfig"})


def too_long(graph: SchemaGraph, table: QualifiedName, definition: str) -> tuple[Probe, ...]:
    """Rows that an index by this definition, from USING on, has no room for."""
    relation, lists = graph.relation(table), list(top_level_lists(definition))
    if relation is None or not lists or not definition.startswith("USING btree"):
        return ()
    long = {column.name for column in relation.columns if _is_long(graph, column)}
    names = {column.name for column in relation.columns}
    parts = [part for list_ in _held(definition) for part in listed(list_)]
    if not any(long & _named(part) for part in parts):
        return ()
    columns = [_column(part, names) for part in parts]
    most = " + ".join(map(_computed, parts))
    if not all(columns) or _holds_long_rows(relation):
        return (_probe(relation, definition, f"{most} > {_MOST}", is_sure=False),)
    least = " + ".join(map(_stored, filter(None, columns)))
    sure = _probe(relation, definition, f"{least} > {_MOST}", is_sure=True)
    between = f"{most} > {_MOST} AND {least} <= {_MOST}"
    return (sure, _probe(relation, definition, between, is_sure=False))[: len(columns)]


def unbuildable(graph: SchemaGraph, table: QualifiedName, definition: str) -> tuple[Probe, ...]:
    """Rows that make the build of an index fail, unique or not."""
    long = too_long(graph, table, definition)
    return (*long, *_uncomputable(graph, table, definition))


def _uncomputable(graph: SchemaGraph, table: QualifiedName, definition: str) -> tuple[Probe, ...]:
    """Whether its expressions make an error on a row of today: the build fails there."""
    relation, lists = graph.relation(table), list(top_level_lists(definition))
    if relation is None or not lists:
        return ()
    names = {column.name for column in relation.columns}
    parts = [part for part in listed(next(_held(definition))) if not _column(part, names)]
    if not any(map(_may_fail, parts)):
        return ()
    computed = " + ".join(map(_computed, parts))
    found = f"FROM {fenced(relation.name, _where(definition))} WHERE {computed} < 0"
    return (
        Probe(
            fact=_VALUE,
            question="values of the index cannot be computed",
            query=f"SELECT count(*) {found}",
            is_needed=False,
        ),
    )


def _may_fail(part: str) -> bool:
    """Casts, divisions and most functions do; what is not known to be harmless is asked."""
    found = [token for token in tokens(part) if token.lex is not Lex.SPACE]
    calls = {one.name for one, after in pairwise(found) if one.name and after.text == "("}
    cast_to = (after.name for one, after in pairwise(found) if one.text in (":", "::"))
    divides = any(token.text in ("/", "%") for token in found)
    return divides or not calls <= _HARMLESS or not {*filter(None, cast_to)} <= _TEXTS


def _probe(relation: Relation, definition: str, condition: str, *, is_sure: bool) -> Probe:
    found = f"FROM {fenced(relation.name, _where(definition))} WHERE {condition}"
    key = relation.primary_key
    return Probe(
        fact=_FACT if is_sure else _MAYBE,
        question=f"rows are too long for an index over {'; '.join(_held(definition))}",
        query=_unless_short(relation.name, found),
        sample=ddl("SELECT concat_ws(', ', {key}) ", key=key.columns) + found if key else None,
        blocks=is_sure,
        is_needed=False,
    )


def overlong(facts: Facts) -> Iterator[Reason]:
    for answer in () if facts.is_pending else facts.answers:
        if answer.fact not in (_FACT, _MAYBE, _VALUE):
            continue
        if answer.count:
            some = f", such as {', '.join(answer.sample)}" if answer.sample else ""
            said = f"{human_count(answer.count)} {answer.question}{some}"
            level = None if answer.blocks else Level.HIGH
            if answer.fact == _MAYBE:
                said, level = f"{said}, unless they are compressed far enough", Level.MEDIUM
            yield TOO_LONG_FOR_INDEX.because(said, level=level)
        else:
            yield from breaking(facts, answer.fact)


def _unless_short(table: QualifiedName, found: str) -> str:
    """Such a row has something in the TOAST table: where there is none, no row is read."""
    return ddl(
        "SELECT CASE WHEN to_regclass({name}) IS NOT NULL AND NOT EXISTS"
        " (SELECT FROM pg_catalog.pg_class AS c WHERE c.relkind <> 'p' AND c.oid IN"
        " (SELECT to_regclass({name}) UNION ALL"
        " SELECT t.relid FROM pg_catalog.pg_partition_tree(to_regclass({name})) AS t)"
        " AND (c.reltoastrelid = 0 OR 'toast_tuple_target' = ANY"
        " (SELECT split_part(o, '=', 1) FROM unnest(c.reloptions) AS o)"
        " OR pg_relation_size(c.reltoastrelid) > 0))"
        " THEN 0 ELSE (SELECT count(*) {found}) END",
        name=literal(str(table)),
        found=raw(found),
    )


def _held(definition: str) -> Iterator[str]:
    """What stands in the parentheses of the key, and of INCLUDE."""
    (start, end), *others = top_level_lists(definition)
    yield definition[start + 1 : end - 1]
    for start, end in others:
        if definition[:start].rstrip().endswith(" INCLUDE"):
            yield definition[start + 1 : end - 1]


def _where(definition: str) -> str:
    _, end = next(top_level_lists(definition))
    return definition[end:].partition(" WHERE ")[2] or "true"


def _named(part: str) -> set[str]:
    return {token.name for token in tokens(part) if token.name}


def _column(part: str, names: Collection[str]) -> str | None:
    """Its name, where the part is no expression: an operator class may follow."""
    first, *rest = [token for token in tokens(part) if token.lex is not Lex.SPACE]
    called = bool(rest) and rest[0].text in ("(", ".")
    return first.name if first.name in names and not called else None


def _stored(column: str) -> str:
    """At the least."""
    return ddl(
        "CASE WHEN pg_column_compression({column}) IS NULL"
        " AND pg_column_size({column}) BETWEEN {least} AND {most}"
        " THEN 0 ELSE coalesce(pg_column_size({column}), 0) END",
        column=column,
        least=raw(str(_WHOLE + 1)),
        most=raw(str(_STORED_WHOLE)),
    )


def _computed(part: str) -> str:
    """At the most. What follows an expression's parentheses is how it is compared."""
    lists = list(top_level_lists(part))
    value = part[: lists[-1][1]] if lists else next(t.text for t in tokens(part) if t.text.strip())
    return f"coalesce(pg_column_size({value}), 0)"


def _holds_long_rows(relation: Relation) -> bool:
    """Whether its rows are kept whole, or together, where others are not."""
    options = relation.options if isinstance(relation, Table) else ()
    kept = any(column.storage in ("main", "plain") for column in relation.columns)
    return kept or any(option.startswith("toast_tuple_target=") for option in options)


def _is_long(graph: SchemaGraph, column: Column) -> bool:
    domains = {str(domain.name): domain.type for domain in graph.domains}
    type_ = column.type
    while type_ in domains:
        type_ = domains[type_]
    limit = _LIMIT.search(type_)
    if type_.endswith("[]"):
        return True
    return _LIMIT.sub("", type_).rpartition(".")[2] in _LONG and not (
        limit and int(limit[1]) <= _CHARACTERS
    )
