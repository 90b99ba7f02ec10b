"""From one form of a domain to another: what ALTER DOMAIN does, by what may wait for rows."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName, cut
from migrate_core.schema.definitions import Domain, DomainCheck
from migrate_core.schema.type_clauses import add_check, comment_on_check

Tables = tuple[QualifiedName, ...]
NAMED_SINCE = 17  # a domain's NOT NULL is a constraint with a name


def alters(old: Domain, new: Domain) -> bool:
    """Whether ALTER DOMAIN changes one into the other; comments are set by their own kind."""
    same_type = (old.type, old.collation) == (new.type, new.collation)
    return same_type and old != msgspec.structs.replace(new, comment=old.comment)


def stages(old: Domain, new: Domain, users: Tables, major: int) -> tuple[Stage, ...]:
    """At first what reads no table; then what does, each in a stage of its own."""
    quick = tuple(_quick(old, new, major))
    checks = tuple(
        stage(_reads(new, ddl("VALIDATE CONSTRAINT {name}", name=check.name), users))
        for check in to_validate(old, new)
    )
    required = (_not_null(new, users, major),) if new.not_null and not old.not_null else ()
    return ((stage(*quick),) if quick else ()) + checks + required


def _quick(old: Domain, new: Domain, major: int) -> Iterator[Statement]:
    yield from _checks_gone(old, new)
    if old.not_null and not new.not_null:
        yield _alter(new, "DROP NOT NULL")
    elif old.not_null and major >= NAMED_SINCE and old.not_null_name != new.not_null_name:
        yield _rename(new, _not_null_name(old), _not_null_name(new))
    if old.default != new.default:
        default = new.default
        yield _alter(new, "DROP DEFAULT" if default is None else f"SET DEFAULT {raw(default)}")
    yield from _checks_made(old, new)


def _checks_gone(old: Domain, new: Domain) -> Iterator[Statement]:
    renamed = dict(_renamed(old, new))
    has = {check.name: check for check in new.constraints}
    for check in old.constraints:
        kept = has.get(check.name)
        if check.name in renamed:
            yield _rename(new, check.name, renamed[check.name])
        elif kept is None or _is_other(check, kept):
            yield _alter(new, ddl("DROP CONSTRAINT {name}", name=check.name))


def _checks_made(old: Domain, new: Domain) -> Iterator[Statement]:
    was = _under_new_names(old, new)
    for check in new.constraints:
        before = was.get(check.name)
        if before is None or _is_other(before, check):
            yield add_check(new.name, check)
            before = None
        if check.comment != (before.comment if before else None):
            yield comment_on_check(new.name, check)


def _under_new_names(old: Domain, new: Domain) -> dict[str, DomainCheck]:
    renamed = dict(_renamed(old, new))
    return {renamed.get(check.name, check.name): check for check in old.constraints}


def to_validate(old: Domain, new: Domain) -> Iterator[DomainCheck]:
    """Checks that are to hold for values that are stored, and do not yet."""
    was = _under_new_names(old, new)
    for check in new.constraints:
        before = was.get(check.name)
        is_valid = before is not None and before.validated and not _is_other(before, check)
        if check.validated and not is_valid:
            yield check


def _is_other(old: DomainCheck, new: DomainCheck) -> bool:
    """No command takes validation back: such a check is made anew too."""
    return old.definition != new.definition or (old.validated and not new.validated)


def _renamed(old: Domain, new: Domain) -> Iterator[tuple[str, str]]:
    """Checks that differ in name alone."""
    had = {check.name for check in old.constraints}
    has = {check.name for check in new.constraints}
    come = [check for check in new.constraints if check.name not in had]
    for gone in old.constraints:
        twin = next((c for c in come if c.definition == gone.definition), None)
        if gone.name not in has and twin is not None and (twin.validated or not gone.validated):
            come.remove(twin)
            yield gone.name, twin.name


def _not_null(domain: Domain, users: Tables, major: int) -> Stage:
    action = "SET NOT NULL"
    if domain.not_null_name is not None and major >= NAMED_SINCE:
        action = ddl("ADD CONSTRAINT {name} NOT NULL", name=domain.not_null_name)
    return stage(_reads(domain, action, users))


def with_not_null_name(domain: Domain, major: int) -> Domain:
    """With the usual name of its NOT NULL said, where PostgreSQL keeps one."""
    if not domain.not_null or major < NAMED_SINCE:
        return domain
    return msgspec.structs.replace(domain, not_null_name=_not_null_name(domain))


def _not_null_name(domain: Domain) -> str:
    return domain.not_null_name or f"{cut(domain.name.name[:54])}_not_null"


def _rename(domain: Domain, old: str, new: str) -> Statement:
    return _alter(domain, ddl("RENAME CONSTRAINT {old} TO {new}", old=old, new=new))


def _alter(domain: Domain, action: str) -> Statement:
    return Statement(sql=ddl("ALTER DOMAIN {name} {action}", name=domain.name, action=raw(action)))


def _reads(domain: Domain, action: str, users: Tables) -> Statement:
    """Every table with a column of the domain is read, and cannot be written meanwhile."""
    sql = _alter(domain, action).sql
    if not users:
        return Statement(sql=sql)
    also = tuple((table, LockMode.SHARE) for table in users[1:])
    return Statement(
        sql=sql, lock=LockMode.SHARE, on=users[0], also=also, reads=tuple(users), scans=True
    )
