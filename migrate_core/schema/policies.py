"""Row security policies as statements and clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate_core.pg.ddl import Raw, Statement, ddl, raw
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName, quote_ident
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.objects import Policy, Table
from migrate_core.schema.refs import ObjectKind, Ref


def made_anew(old: Policy, new: Policy) -> bool:
    """Whether a policy of the same name is dropped and created in steps of their own.

    What it is about changes: the command, or PERMISSIVE to RESTRICTIVE.
    """
    return old.permissive != new.permissive or old.command != new.command


def opens_all(policy: Policy) -> bool:
    """Whether it shows every row to its roles: permissive ones are added up."""
    rows = policy.using if policy.command != "insert" else None
    return policy.permissive and rows == "true"


def opened(table: Table, policy: Policy) -> tuple[str, ...]:
    """Roles that a policy which is added shows every row to, and that another one kept some from
    by name; one for everybody is told in any case."""
    if not table.row_security or not opens_all(policy):
        return ()
    held = {role for one in table.policies if _holds_back(one, policy) for role in one.roles}
    return tuple(role for role in policy.roles if role == "public" or role in held)


def _holds_back(policy: Policy, other: Policy) -> bool:
    """Whether it shows some rows alone, to statements that the other is about too."""
    both = other.command in ("all", policy.command) or policy.command == "all"
    return both and policy.permissive and policy.using not in (None, "true")


def create_policy(table: QualifiedName, policy: Policy) -> Iterator[Statement]:
    sql = ddl(
        "CREATE POLICY {name} ON {table} AS {kind} FOR {command} TO {roles}{rules}",
        name=policy.name,
        table=table,
        kind=raw("PERMISSIVE" if policy.permissive else "RESTRICTIVE"),
        command=raw(policy.command.upper()),
        roles=roles_clause(policy.roles),
        rules=rule_clauses(policy.using, policy.check),
    )
    yield Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=table)
    yield from comment_on(Ref.of(ObjectKind.POLICY, table, policy.name), policy.comment)


def drop_policy(table: QualifiedName, name: str) -> Statement:
    sql = ddl("DROP POLICY {name} ON {table}", name=name, table=table)
    return Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=table)


def roles_clause(roles: Iterable[str]) -> Raw:
    """Role names; `public` is the keyword, because no role can be called so."""
    return raw(", ".join("PUBLIC" if role == "public" else quote_ident(role) for role in roles))


def rule_clauses(using: str | None, check: str | None) -> Raw:
    clauses = [f" USING ({using})"] if using is not None else []
    clauses += [f" WITH CHECK ({check})"] if check is not None else []
    return raw("".join(clauses))
