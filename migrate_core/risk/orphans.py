"""Probes of a foreign key or a check: rows of today that break it."""

from __future__ import annotations

from migrate_core.pg.ddl import Raw, ddl, raw
from migrate_core.pg.lexer import mentions
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Probe
from migrate_core.risk.samples import counted, own, sampled
from migrate_core.schema.following import is_passed_on
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint
from migrate_core.schema.rules import check_expression


def orphans(graph: SchemaGraph, table: QualifiedName, key: Constraint) -> tuple[Probe, ...]:
    """Rows that point at nothing; none asked for a key of periods (18), which is no equality.

    MATCH SIMPLE lets a row be that holds NULL in any column of the key, MATCH FULL only
    one that holds it in all.
    """
    if key.references is None or mentions(key.definition, "period"):
        return ()
    match = _match(table, key, own(graph, key.references))
    where = f"({_bound(table, key)}) AND NOT EXISTS ({match})"
    rows = own(graph, table)
    return (
        Probe(
            fact="orphans",
            question=f"rows point at no row of {key.references}",
            query=counted(rows, where),
            sample=sampled(graph, table, where, rows),
        ),
    )


def pointing(graph: SchemaGraph, table: QualifiedName, key: Constraint) -> Probe:
    """Rows that point anywhere: each is an orphan where the other table is empty."""
    where, rows = _bound(table, key), own(graph, table)
    return Probe(
        fact="orphans",
        question=f"rows point at {key.references}, which is created empty",
        query=counted(rows, where),
        sample=sampled(graph, table, where, rows),
    )


def _bound(table: QualifiedName, key: Constraint) -> str:
    """Whether the key asks anything of a row."""
    together = " OR " if "MATCH FULL" in key.definition else " AND "
    present = (
        ddl("{table}.{column} IS NOT NULL", table=table, column=name) for name in key.columns
    )
    return together.join(present)


def _match(table: QualifiedName, key: Constraint, other: QualifiedName | Raw) -> str:
    pairs = (
        ddl("referenced.{theirs} = {table}.{ours}", theirs=theirs, table=table, ours=ours)
        for ours, theirs in zip(key.columns, key.ref_columns, strict=True)
    )
    return ddl(
        "SELECT FROM {other} AS referenced WHERE {pairs}",
        other=other,
        pairs=raw(" AND ".join(pairs)),
    )


def violations(graph: SchemaGraph, table: QualifiedName, check: Constraint) -> Probe:
    """Rows for which a check is false; one for which it is NULL passes."""
    where = f"({check_expression(check.definition)}) IS FALSE"
    rows = table if is_passed_on(check) else own(graph, table)
    return Probe(
        fact="violations",
        question=f"rows break {check.name}",
        query=counted(rows, where),
        sample=sampled(graph, table, where, rows),
    )
