"""Objects as clauses of DDL: the text that several kinds write alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrate_core.pg.ddl import Raw, Statement, ddl, literal, raw
from migrate_core.pg.locks import LockMode
from migrate_core.schema.objects import Column, Constraint, Identity, SequenceOptions, Table
from migrate_core.schema.refs import ObjectKind, Ref


def column_clause(column: Column) -> Raw:
    """A column as CREATE TABLE and ADD COLUMN take it."""
    parts = [ddl("{name} {type}", name=column.name, type=raw(column.type))]
    if column.options:
        parts.append(options_clause(column.options).strip())
    if column.collation:
        parts.append(f"COLLATE {raw(column.collation)}")
    if column.generated:
        kind = "STORED" if column.generated.stored else "VIRTUAL"
        parts.append(f"GENERATED ALWAYS AS ({raw(column.generated.expression)}) {kind}")
    if column.default is not None:
        parts.append(f"DEFAULT {raw(column.default)}")
    if column.identity:
        parts.append(identity_clause(column.identity))
    if column.not_null:
        parts.append("NOT NULL")
    return raw(" ".join(parts))


def table_clause(table: Table, not_nulls: Mapping[str, str] | None = None) -> Raw:
    """A table as CREATE TABLE makes it: what it inherits is its parents' to say.

    `not_nulls` names the NOT NULLs of columns (18), where they are not to get the usual name.
    """
    clauses = [_named(column, not_nulls or {}) for column in table.columns if column.local]
    clauses += [constraint_clause(c) for c in table.constraints if c.local]
    body = "(\n    " + ",\n    ".join(clauses) + "\n)" if clauses else "()"
    if table.inherits:
        body += f" INHERITS ({', '.join(map(str, table.inherits))})"
    if table.partition_key:
        body += f" PARTITION BY {table.partition_key}"
    if table.foreign:
        body += ddl(" SERVER {server}", server=table.foreign.server)
        body += options_clause(table.foreign.options)
    kind = raw("FOREIGN TABLE" if table.foreign else "TABLE")
    return raw(ddl("CREATE {kind} {name} {body}", kind=kind, name=table.name, body=raw(body)))


def _named(column: Column, not_nulls: Mapping[str, str]) -> Raw:
    clause = column_clause(column)
    if not column.not_null or column.name not in not_nulls:
        return clause
    named = ddl("CONSTRAINT {name} NOT NULL", name=not_nulls[column.name])
    return raw(clause.removesuffix("NOT NULL") + named)


def options_clause(options: tuple[str, ...]) -> str:
    return f" OPTIONS ({', '.join(options)})" if options else ""


def identity_clause(identity: Identity) -> str:
    when = "ALWAYS" if identity.always else "BY DEFAULT"
    name = ddl("SEQUENCE NAME {name}", name=identity.sequence)
    return f"GENERATED {when} AS IDENTITY ({name} {sequence_clause(identity.options)})"


def sequence_clause(options: SequenceOptions) -> str:
    """Every option but the type, which an identity column has of its own."""
    cycle = "CYCLE" if options.cycle else "NO CYCLE"
    return (
        f"START WITH {options.start} INCREMENT BY {options.increment} MINVALUE {options.min}"
        f" MAXVALUE {options.max} CACHE {options.cache} {cycle}"
    )


def sequence_changes(old: SequenceOptions, new: SequenceOptions) -> tuple[str, ...]:
    """The options that differ, as ALTER SEQUENCE takes them; never RESTART."""
    words = {
        "start": f"START WITH {new.start}",
        "increment": f"INCREMENT BY {new.increment}",
        "min": f"MINVALUE {new.min}",
        "max": f"MAXVALUE {new.max}",
        "cache": f"CACHE {new.cache}",
        "cycle": "CYCLE" if new.cycle else "NO CYCLE",
    }
    return tuple(text for name, text in words.items() if getattr(old, name) != getattr(new, name))


def constraint_clause(constraint: Constraint) -> Raw:
    """A constraint as CREATE TABLE and ADD CONSTRAINT take it, validated at once."""
    return raw(
        ddl(
            "CONSTRAINT {name} {definition}",
            name=constraint.name,
            definition=raw(constraint.definition),
        )
    )


# What PostgreSQL calls a kind in DROP, COMMENT ON and ALTER, where it is not the kind's own name.
_NOUNS = {
    ObjectKind.ENUM: "TYPE",
    ObjectKind.COMPOSITE: "TYPE",
    ObjectKind.RANGE: "TYPE",
    ObjectKind.BASE_TYPE: "TYPE",
    ObjectKind.FOREIGN_DATA_WRAPPER: "FOREIGN DATA WRAPPER",
}
_ON_A_TABLE = {ObjectKind.CONSTRAINT, ObjectKind.POLICY, ObjectKind.TRIGGER, ObjectKind.RULE}
_LOCKED_BY_COMMENT = {
    ObjectKind.SEQUENCE,
    ObjectKind.TABLE,
    ObjectKind.FOREIGN_TABLE,
    ObjectKind.VIEW,
    ObjectKind.MATERIALIZED_VIEW,
    ObjectKind.COLUMN,
    ObjectKind.INDEX,
}


def noun(kind: ObjectKind) -> Raw:
    """The kind as DROP, COMMENT ON and ALTER name it."""
    return raw(_NOUNS.get(kind, kind.value.upper()))


def comment_on(ref: Ref, comment: str | None, *, clear: bool = False) -> Iterator[Statement]:
    """COMMENT ON as a statement, or none where there is no comment to set or to clear.

    Source of the locks: observed on PostgreSQL 15 and 18.
    """
    if comment is None and not clear:
        return
    text = raw("NULL") if comment is None else literal(comment)
    if ref.kind in _ON_A_TABLE:
        sql = ddl(
            "COMMENT ON {noun} {part} ON {on} IS {text}",
            noun=noun(ref.kind),
            part=ref.part,
            on=ref.relation,
            text=text,
        )
        yield Statement(sql=sql, lock=LockMode.ACCESS_SHARE, on=ref.relation)
        return
    name = _commented_name(ref)
    sql = ddl("COMMENT ON {noun} {name} IS {text}", noun=noun(ref.kind), name=name, text=text)
    if ref.kind not in _LOCKED_BY_COMMENT:
        yield Statement(sql=sql)
        return
    relation = ref.relation.renamed(ref.part) if ref.kind is ObjectKind.INDEX else ref.relation
    yield Statement(sql=sql, lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=relation)


def _commented_name(ref: Ref) -> Raw:
    if ref.kind is ObjectKind.COLUMN:
        return raw(ddl("{table}.{column}", table=ref.relation, column=ref.part))
    if ref.kind is ObjectKind.INDEX:
        return raw(ddl("{schema}.{index}", schema=ref.schema, index=ref.part))
    return raw(str(ref))
