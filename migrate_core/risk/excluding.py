"""Pairs of rows that an exclusion constraint, or a key of periods (18), does not let stand."""

from __future__ import annotations

from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.lexer import Lex, Token, tokens
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Probe
from migrate_core.risk.samples import SAMPLE_ROWS
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint
from migrate_core.schema.rules import listed, top_level_lists

FACT = "excluded"


def excluded(graph: SchemaGraph, table: QualifiedName, rule: Constraint) -> tuple[Probe, ...]:
    """Each row is compared with each, as far as the planner knows no better: on a large table it
    takes too long, and is unknown. None where an element is more than an expression and its
    operator: with an operator class or a collation it would not mean the same here."""
    pairs, where = _elements(rule)
    if not pairs:
        return ()
    key = found.primary_key if (found := graph.table(table)) else None
    named = ", ".join(f"{left} AS e{n}" for n, (left, _) in enumerate(pairs))
    rows = ddl(
        "(SELECT tableoid AS o, ctid AS c, {key} AS k, {named} FROM {table} WHERE {where})",
        key=raw(ddl("concat_ws(', ', {key})", key=key.columns) if key else "NULL"),
        named=raw(named),
        table=table,
        where=raw(where),
    )
    equal = " AND ".join(f"a.e{n} {operator} b.e{n}" for n, (_, operator) in enumerate(pairs))
    both = f"FROM {rows} AS a JOIN {rows} AS b ON (a.o, a.c) < (b.o, b.c) AND {equal}"
    return (
        Probe(
            fact=FACT,
            question=f"pairs of rows exclude each other by {rule.name}",
            query=f"SELECT count(*) {both}",
            sample=f"SELECT a.k || ' and ' || b.k {both} LIMIT {SAMPLE_ROWS}" if key else None,
        ),
    )


def _elements(rule: Constraint) -> tuple[list[tuple[str, str]], str]:
    """Each expression with its operator, and of which rows the rule speaks."""
    text = rule.definition
    lists = list(top_level_lists(text))
    if rule.type != "exclude":
        columns = [ddl("{column}", column=name) for name in rule.columns]
        return [*((name, "=") for name in columns[:-1]), (columns[-1], "&&")], "true"
    start, end = lists[0]
    found = [_element(part) for part in listed(text[start + 1 : end - 1])]
    clauses = (text[a:b] for a, b in lists[1:] if text[:a].rstrip().endswith("WHERE"))
    known = [pair for pair in found if pair is not None]
    return known if len(known) == len(found) else [], next(clauses, "true")


def _element(text: str) -> tuple[str, str] | None:
    depth, at = 0, -1
    for token in tokens(text):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if not depth and token.text == "WITH":
            at = token.start
    left = text[:at].strip()
    return (left, text[at + len("WITH") :].strip()) if at > 0 and _is_bare(left) else None


def _is_bare(text: str) -> bool:
    """A name, or what ends with its only outer parentheses: `(a + b)`, `s.f(a, b)`."""
    lists = list(top_level_lists(text))
    if not lists:
        return len(_words(text)) == 1
    head = "".join(token.text for token in _words(text[: lists[0][0]]))
    is_call = not head or " " not in text[: lists[0][0]].strip()
    return len(lists) == 1 and lists[0][1] == len(text) and is_call


def _words(text: str) -> list[Token]:
    return [token for token in tokens(text) if token.lex is not Lex.SPACE]
