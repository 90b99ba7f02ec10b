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


def shown_more(table: Table, policy: Policy) -> tuple[str, ...]:
    """Roles that see some rows by other policies, and that one which is added shows more to.

    Of one for everybody that is always true it does not matter whether anybody sees some.
    """
    if not table.row_security or not policy.permissive or policy.command == "insert":
        return ()
    others = [one for one in table.policies if _is_beside(one, policy)]
    if any(one.using == policy.using and _is_for_all_of(one, policy) for one in others):
        return ()
    found = {role for one in others for role in one.roles}
    if "public" in policy.roles and (found or opens_all(policy)):
        return ("public",)
    return tuple(role for role in policy.roles if role in found)


def hidden_from(table: Table, policy: Policy) -> tuple[str, ...]:
    """Roles that see rows, and that a restrictive one which is added may hide some from."""
    if not table.row_security or policy.permissive or policy.using in (None, "true"):
        return ()
    found = {role for one in table.policies if one.permissive for role in one.roles}
    everybody = found and "public" in found.union(policy.roles)
    return policy.roles if everybody else tuple(role for role in policy.roles if role in found)


def _is_for_all_of(policy: Policy, other: Policy) -> bool:
    """Whether it holds for every role of the other one."""
    return "public" in policy.roles or set(other.roles) <= set(policy.roles)


def _is_beside(policy: Policy, other: Policy) -> bool:
    """Whether it lets rows through to statements that the other is about too."""
    both = other.command in ("all", policy.command) or policy.command == "all"
    return both and policy.permissive and policy.using is not None


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
