"""What declared SQL leaves unsaid: whose its objects are, often who may do what with them.

The one place where that is decided; schema/silence.py fills in what the target has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from migrate_core.declared.statements import Statement
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.silence import DEFAULTS, OWNERS, PRIVILEGES


def unsaid(statements: Iterable[Statement], lent: Collection[str]) -> tuple[str, ...]:
    """Of SQL: privileges count as said once anything is granted or revoked."""
    said = list(filter(_speaks_of_rights, statements))
    if not said:
        return (OWNERS, PRIVILEGES, DEFAULTS)
    of_others = (s for s in said if s.begins("alter", "default", "privileges", "for"))
    if any(len(s.names) > 5 and s.names[5] not in lent for s in of_others):
        return (OWNERS, DEFAULTS)
    return (OWNERS,)


def unsaid_by_build(graph: SchemaGraph) -> tuple[str, ...]:
    """Of what a command built: privileges count as said where it made any."""
    if graph.privileges or graph.default_privileges:
        return (OWNERS,)
    return (OWNERS, PRIVILEGES, DEFAULTS)


def with_unsaid(graph: SchemaGraph, silent: tuple[str, ...]) -> SchemaGraph:
    """Whoever deploys is meant by the login that loaded it."""
    return msgspec.structs.replace(graph, reader="", owners=(), silent=silent)


def in_words(silent: Collection[str]) -> tuple[str, ...]:
    """One sentence: what is taken from the target as it is."""
    if PRIVILEGES in silent:
        return ("owners and privileges are not compared: the declared SQL grants nothing",)
    if DEFAULTS in silent:
        return ("owners are not compared, nor default privileges: some are of the server's roles",)
    return ("owners are not compared: one login loads declared SQL, and owns it all",)


def _speaks_of_rights(statement: Statement) -> bool:
    """GRANT and REVOKE on objects; those of a role's membership have no ON."""
    if statement.begins("alter", "default", "privileges"):
        return True
    return statement.keywords[:1] in (("grant",), ("revoke",)) and "on" in statement.keywords
