"""Row security policies as statements and clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from migrate_core.pg.ddl import Raw, Statement, ddl, raw
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName, quote_ident
from migrate_core.schema.access import PUBLIC
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Policy, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.users import WRITING, holders

_SHOWING: tuple[str, ...] = ("select", "update", "delete")
_WRITING: tuple[str, ...] = ("insert", "update")


def made_anew(old: Policy, new: Policy) -> bool:
    """Whether a policy of the same name is dropped and created in steps of their own.

    What it is about changes: the command, or PERMISSIVE to RESTRICTIVE.
    """
    return old.permissive != new.permissive or old.command != new.command


def opens_all(policy: Policy) -> bool:
    """Whether it shows every row to its roles: permissive ones are added up."""
    rows = policy.using if policy.command != "insert" else None
    return policy.permissive and rows == "true"


def new_rows(policy: Policy) -> str | None:
    """What rows that are written must be: as WITH CHECK says, else as USING does."""
    return policy.check if policy.check is not None else policy.using


def shown_more(table: Table, policy: Policy) -> tuple[str, ...]:
    """Roles that see some rows by other policies, and that one which is added shows more to.

    Of one for everybody that is always true it does not matter whether anybody sees some.
    """
    more = dict(_more(table, policy, _SHOWING, lambda one: one.using))
    found = frozenset().union(*more.values())
    opens = opens_all(policy) and (policy.command != "all" or "select" in more)
    if "public" in policy.roles and more and (found or opens):
        return ("public",)
    return tuple(role for role in policy.roles if role in found)


def written_more(graph: SchemaGraph, table: Table, policy: Policy) -> tuple[str, ...]:
    """Roles that may write some rows by other policies, and more by one that is added."""
    found: set[str] = set()
    for command, roles in _more(table, policy, _WRITING, new_rows):
        may = holders(graph, table.name, [command.upper()])
        if "public" in policy.roles:
            found |= {"public"} if roles and may else set()
        else:
            found |= roles if PUBLIC in may else roles & may
    return tuple(role for role in policy.roles if role in found)


def _more(
    table: Table,
    policy: Policy,
    commands: Sequence[str],
    rule: Callable[[Policy], str | None],
) -> Iterator[tuple[str, frozenset[str]]]:
    """Each of the commands that it lets rows through to which the others do not, and the roles
    of those others that gain by it."""
    if not table.row_security or not policy.permissive or rule(policy) is None:
        return
    for command in commands:
        if policy.command not in ("all", command):
            continue
        others = [one for one in table.policies if _is_for(one, command) and rule(one) is not None]
        known = [one for one in others if rule(one) in ("true", rule(policy))]
        if not any(_is_for_all_of(one, policy) for one in known):
            yield command, _roles(others) - _roles(known)


def hidden_from(table: Table, policy: Policy) -> tuple[str, ...]:
    """Roles that see rows, and that a restrictive one which is added may hide some from."""
    if not table.row_security or policy.permissive or policy.using in (None, "true"):
        return ()
    found = {role for one in table.policies if one.permissive for role in one.roles}
    everybody = found and "public" in found.union(policy.roles)
    return policy.roles if everybody else tuple(role for role in policy.roles if role in found)


def holds_back(graph: SchemaGraph, table: Table, role: str) -> bool:
    """Whether a role that uses it is kept from some rows, for some command: an owner is from
    none."""
    mine = [one for one in table.policies if {role, "public"} & set(one.roles)]
    uses = role in holders(graph, table.name, WRITING | {"SELECT"})
    if not table.row_security or table.force_row_security or not (mine or uses):
        return False
    opened = {one.command for one in mine if opens_all(one) and new_rows(one) == "true"}
    return "all" not in opened or any(not one.permissive for one in mine)


def _is_for_all_of(policy: Policy, other: Policy) -> bool:
    """Whether it holds for every role of the other one."""
    return "public" in policy.roles or set(other.roles) <= set(policy.roles)


def _roles(policies: Iterable[Policy]) -> frozenset[str]:
    return frozenset(role for policy in policies for role in policy.roles)


def _is_for(policy: Policy, command: str) -> bool:
    return policy.permissive and policy.command in ("all", command)


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
