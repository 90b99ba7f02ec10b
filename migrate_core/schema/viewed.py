"""What readers of a view read, and what of it they miss when it changes."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.lexer import Lex, tokens
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.access import OWNER, PUBLIC, Privilege
from migrate_core.schema.edges import closure
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Relation, Table
from migrate_core.schema.refs import RELATIONS, ObjectKind, Ref
from migrate_core.schema.rights import may
from migrate_core.schema.views import Query, View

_WITH_RIGHTS = RELATIONS | {ObjectKind.COLUMN}
_USED = frozenset(["SELECT", "INSERT", "UPDATE", "DELETE"])


def tables_beneath(graph: SchemaGraph, view: Ref) -> Iterator[QualifiedName]:
    found = {ref for ref in closure(graph, view) if ref.kind is ObjectKind.TABLE}
    return (ref.relation for ref in sorted(found))


def stands_for(graph: SchemaGraph, view: QualifiedName, table: QualifiedName) -> bool:
    """Whether whoever names the view reads and writes all of the table, with the same rights.

    The view is one that PostgreSQL writes through: the table's columns and nothing else. Row
    security asks for the view's owner, so a table that has it is not stood for.
    """
    seen, behind = graph.find(View, view), graph.table(table)
    if seen is None or behind is None or behind.row_security:
        return False
    if seen.definition.rpartition("\n   FROM ")[2] != str(table):
        return False
    shown = {(output.name, output.type) for output in seen.outputs}
    rights = _rights(graph, Ref.of(ObjectKind.TABLE, table))
    return _columns(behind) <= shown and rights <= _rights(graph, Ref.of(ObjectKind.VIEW, view))


def _columns(table: Table) -> set[tuple[str, str]]:
    return {(column.name, column.type) for column in table.columns}


def _rights(graph: SchemaGraph, of: Ref) -> set[tuple[str, str]]:
    given = (p for p in graph.privileges if p.object == of and p.state != "revoked")
    return {(right.grantee, right.privilege) for right in given}


def view_loses(graph: SchemaGraph, was: Query) -> str:
    """In words, by the schema afterwards; "" where all its columns are there."""
    found = graph.relation(was.name)
    if found is None:
        return f"view {was.name}"
    left = (
        {output.name for output in found.outputs}
        if isinstance(found, Query)
        else {column.name for column in found.columns}
    )
    gone = [output.name for output in was.outputs if output.name not in left]
    return f"{', '.join(gone)} of view {was.name}" if gone else ""


def refused_beneath(graph: SchemaGraph, was: View) -> str:
    """In words, by the schema afterwards: who may use a view and not what it reads, now that it
    reads as the one who asks; "" where nobody is refused."""
    view = graph.find(View, was.name)
    if view is None or reads_as_asker(was) or not reads_as_asker(view):
        return ""
    read = _read_by(graph, view)
    refused = {
        p.grantee
        for p in used_by_others(graph, view)
        if not all(may(graph, r, p.grantee, p.privilege) for r in read)
    }
    whom = ["everybody" if grantee == PUBLIC else grantee for grantee in sorted(refused)]
    return f"view {was.name} for {', '.join(whom)}: no right to what it reads" if whom else ""


def reads_as_asker(view: View) -> bool:
    return _has(view, "security_invoker")


def is_barrier(view: View) -> bool:
    return _has(view, "security_barrier")


def _has(view: View, option: str) -> bool:
    """PostgreSQL takes any beginning of a boolean's word."""
    values = dict(one.lower().partition("=")[::2] for one in view.options)
    said = values.get(option, "off")
    return said in ("1", "on") or said[:1] in ("t", "y")


def used_by_others(graph: SchemaGraph, view: View) -> Iterator[Privilege]:
    """Rights of others to use it, or a column of it."""
    for one in graph.privileges:
        is_on = one.object.kind in _WITH_RIGHTS and one.object.relation == view.name
        if is_on and one.grantee != OWNER and one.state != "revoked" and one.privilege in _USED:
            yield one


def _read_by(graph: SchemaGraph, view: View) -> set[Ref]:
    """What is asked of whoever reads it: of a view among that its owner is, unless that one
    reads as the one who asks too."""
    found = list(directly_read(graph, view))
    inner = [one for one in found if isinstance(one, View) and reads_as_asker(one)]
    return set(map(ref_of, found)).union(*(_read_by(graph, one) for one in inner))


def directly_read(graph: SchemaGraph, view: View) -> Iterator[Relation]:
    """What its own query names, in order of names: as the catalog knows, or as the text says of a
    view that is not made yet."""
    needs = graph.needs_of.get(ref_of(view))
    names = {ref.relation for ref in needs if ref.kind in _WITH_RIGHTS} if needs else set()
    names = (names or set(named_in(view.definition))) - {view.name}
    yield from (one for name in sorted(names) if (one := graph.relation(name)))


def named_in(text: str) -> Iterator[QualifiedName]:
    """Every `a.b` in a text that PostgreSQL wrote: relations have their schema there."""
    found = [token for token in tokens(text) if token.lex is not Lex.SPACE]
    for schema, dot, name in zip(found, found[1:], found[2:], strict=False):
        if schema.name and dot.text == "." and name.name:
            yield QualifiedName(schema.name, name.name)
