"""Queries of probes: how many rows there are of a sort, and the keys of a few."""

from __future__ import annotations

from migrate_core.pg.ddl import Raw, ddl, raw
from migrate_core.pg.lexer import tokens
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Probe
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Index
from migrate_core.schema.refs import Ref
from migrate_core.schema.volatility import is_lasting

SAMPLE_ROWS = 5


def own(graph: SchemaGraph, table: QualifiedName) -> QualifiedName | Raw:
    """For a FROM: of a table that others inherit from its rows alone, of a partitioned one all.

    Keys and unique indexes are for these; what is inherited as well, as most checks, for all.
    """
    found = graph.table(table)
    alone = found is not None and not found.partition_key and table in graph.children
    return raw(ddl("ONLY {table}", table=table)) if alone else table


def counted(table: QualifiedName | Raw, where: str) -> str:
    return ddl("SELECT count(*) FROM {table} WHERE {where}", table=table, where=raw(where))


def fenced(table: QualifiedName, where: str, rows: QualifiedName | Raw | None = None) -> str:
    """Its rows, or `rows`, under its name, for a FROM. What is computed of them is not computed of
    rows that `where` leaves out, on which it may fail: that is what OFFSET 0 is for."""
    return ddl(
        "(SELECT * FROM {table} WHERE {where} OFFSET 0) AS {alias}",
        table=rows or table,
        where=raw(where),
        alias=table.name,
    )


def sampled(
    graph: SchemaGraph, table: QualifiedName, where: str, rows: QualifiedName | Raw | None = None
) -> str | None:
    """The primary key of a few such rows, as one text; None for a table without one.

    Keys and nothing else: values may be for other eyes than those that read a plan.
    """
    found = graph.table(table)
    key = found.primary_key if found else None
    if key is None:
        return None
    return ddl(
        "SELECT concat_ws(', ', {key}) FROM {table} WHERE {where} LIMIT {rows}",
        key=key.columns,
        table=rows or table,
        where=raw(where),
        rows=raw(str(SAMPLE_ROWS)),
    )


def duplicates(
    graph: SchemaGraph,
    table: QualifiedName,
    columns: tuple[str, ...],
    *,
    nulls_distinct: bool = True,
) -> Probe:
    """Values that stand in more than one row, counted by value; NULLs as the index sees them."""
    present = " AND ".join(ddl("{column} IS NOT NULL", column=column) for column in columns)
    grouped = ddl(
        "FROM {table} {where}GROUP BY {columns} HAVING count(*) > 1",
        table=own(graph, table),
        columns=columns,
        where=raw(f"WHERE {present} " if nulls_distinct else ""),
    )
    found = graph.table(table)
    key = found.primary_key if found else None
    return Probe(
        fact="duplicates",
        question=f"values of ({', '.join(columns)}) stand in more than one row",
        query=f"SELECT count(*) FROM (SELECT 1 {grouped}) AS repeated",
        sample=_rows_together(key.columns, grouped) if key else None,
    )


def shared(
    graph: SchemaGraph, table: QualifiedName, columns: tuple[str, ...], made: frozenset[Ref]
) -> tuple[Probe, ...]:
    """Columns that are new hold their default, in every row the same, unless it is volatile."""
    relation = graph.relation(table)
    found = [one for one in relation.columns if one.name in columns] if relation else []
    same = all(
        column_ref(table, one.name) in made and one.default and is_lasting(one.default)
        for one in found
    )
    if not found or not same:
        return ()
    present = " AND ".join(f"({one.default}) IS NOT NULL" for one in found)
    return (
        Probe(
            fact="duplicates",
            question=f"rows would share the default of ({', '.join(columns)}) with another one",
            query=ddl(
                "SELECT CASE WHEN count(*) > 1 THEN count(*) ELSE 0 END FROM {table} WHERE {where}",
                table=own(graph, table),
                where=raw(present),
            ),
        ),
    )


def repeated(graph: SchemaGraph, table: QualifiedName, index: Index) -> Probe:
    """The same for a unique index of any definition, by the expressions that it holds."""
    keys, rest = _inside(index.definition)
    where = rest.partition(" WHERE ")[2] or "true"
    present = ddl("ROW({keys}) IS NOT NULL", keys=raw(keys))
    distinct = "NULLS NOT DISTINCT" not in rest
    grouped = ddl(
        "FROM {rows} WHERE {present} GROUP BY {keys} HAVING count(*) > 1",
        rows=raw(fenced(table, where, own(graph, table))),
        present=raw(present if distinct else "true"),
        keys=raw(keys),
    )
    found = graph.table(table)
    key = found.primary_key if found else None
    return Probe(
        fact="duplicates",
        question=f"values of ({keys}) stand in more than one row",
        query=f"SELECT count(*) FROM (SELECT 1 {grouped}) AS repeated",
        sample=_rows_together(key.columns, grouped) if key else None,
    )


def _inside(definition: str) -> tuple[str, str]:
    """What the index's first parentheses hold, and what follows them."""
    depth, start = 0, 0
    for token in tokens(definition):
        if token.text == "(":
            start = start or token.start + 1
            depth += 1
        elif token.text == ")":
            depth -= 1
            if not depth:
                return definition[start : token.start], definition[token.start + 1 :]
    return definition, ""


def _rows_together(key: tuple[str, ...], grouped: str) -> str:
    """The keys of rows that share a value: `17 and 203`."""
    return ddl(
        "SELECT array_to_string((array_agg(concat_ws(', ', {key})))[1:3], ' and ')"
        " {grouped} LIMIT {rows}",
        key=key,
        grouped=raw(grouped),
        rows=raw(str(SAMPLE_ROWS)),
    )
