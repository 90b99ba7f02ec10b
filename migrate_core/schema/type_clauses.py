"""Types and collations as statements: what several kinds write alike."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.ddl import Raw, Statement, ddl, literal, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.definitions import (
    Attribute,
    Composite,
    Definition,
    Domain,
    DomainCheck,
)
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Enum

TypeThing = Enum | Domain | Composite | Definition


def created(thing: TypeThing) -> tuple[Statement, ...]:
    """The statements that make it, with its comments."""
    return tuple(_created(thing))


def _created(thing: TypeThing) -> Iterator[Statement]:
    if isinstance(thing, Definition):
        yield from (Statement(sql=str(raw(text))) for text in (thing.create, *thing.then))
    elif isinstance(thing, Enum):
        yield Statement(sql=enum_clause(thing.name, thing.values))
    elif isinstance(thing, Domain):
        yield from _domain(thing)
    else:
        yield Statement(sql=_composite(thing))
        for attribute in thing.attributes:
            if attribute.comment is not None:
                yield comment_on_attribute(thing.name, attribute)
    yield from comment_on(ref_of(thing), thing.comment)


def enum_clause(name: QualifiedName, values: tuple[str, ...]) -> str:
    return ddl(
        "CREATE TYPE {name} AS ENUM ({values})",
        name=name,
        values=raw(", ".join(literal(value) for value in values)),
    )


def _composite(composite: Composite) -> str:
    inside = ", ".join(attribute_clause(attribute) for attribute in composite.attributes)
    return ddl("CREATE TYPE {name} AS ({inside})", name=composite.name, inside=raw(inside))


def attribute_clause(attribute: Attribute, *, verb: str = "") -> Raw:
    """An attribute as CREATE TYPE and ADD ATTRIBUTE take it; with the verb TYPE, as ALTER does."""
    collation = f" COLLATE {raw(attribute.collation)}" if attribute.collation else ""
    return raw(
        ddl(
            "{name} {verb}{type}{collation}",
            name=attribute.name,
            verb=raw(verb),
            type=raw(attribute.type),
            collation=raw(collation),
        )
    )


def comment_on_attribute(composite: QualifiedName, attribute: Attribute) -> Statement:
    text = raw("NULL") if attribute.comment is None else literal(attribute.comment)
    sql = ddl(
        "COMMENT ON COLUMN {composite}.{name} IS {text}",
        composite=composite,
        name=attribute.name,
        text=text,
    )
    return Statement(sql=sql)


def _domain(domain: Domain) -> Iterator[Statement]:
    """A check that is not validated can only be added."""
    parts = [ddl("CREATE DOMAIN {name} AS {type}", name=domain.name, type=raw(domain.type))]
    parts += [f"COLLATE {raw(domain.collation)}"] if domain.collation else []
    parts += [f"DEFAULT {raw(domain.default)}"] if domain.default is not None else []
    parts += [not_null_clause(domain)] if domain.not_null else []
    parts += [check_clause(check) for check in domain.constraints if check.validated]
    yield Statement(sql=" ".join(parts))
    for check in domain.constraints:
        if not check.validated:
            yield add_check(domain.name, check)
        if check.comment is not None:
            yield comment_on_check(domain.name, check)


def not_null_clause(domain: Domain) -> Raw:
    """Before 17 PostgreSQL takes the name and forgets it."""
    if domain.not_null_name is None:
        return raw("NOT NULL")
    return raw(ddl("CONSTRAINT {name} NOT NULL", name=domain.not_null_name))


def check_clause(check: DomainCheck) -> Raw:
    return raw(
        ddl("CONSTRAINT {name} {rule}", name=check.name, rule=raw(check.definition)),
    )


def add_check(domain: QualifiedName, check: DomainCheck) -> Statement:
    """NOT VALID: it binds new values, and no table is read."""
    sql = ddl("ALTER DOMAIN {name} ADD {rule} NOT VALID", name=domain, rule=check_clause(check))
    return Statement(sql=sql)


def comment_on_check(domain: QualifiedName, check: DomainCheck) -> Statement:
    text = raw("NULL") if check.comment is None else literal(check.comment)
    sql = ddl(
        "COMMENT ON CONSTRAINT {check} ON DOMAIN {name} IS {text}",
        check=check.name,
        name=domain,
        text=text,
    )
    return Statement(sql=sql)
