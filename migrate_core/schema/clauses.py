"""Objects as clauses of DDL: the text that several kinds write alike."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.ddl import Raw, Statement, ddl, literal, raw
from migrate_core.pg.lexer import Lex, tokens
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Identity,
    NotNull,
    SequenceOptions,
    Table,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.storage import parameters


def column_clause(column: Column) -> Raw:
    """A column as CREATE TABLE and ADD COLUMN take it."""
    parts = [ddl("{name} {type}", name=column.name, type=raw(column.type))]
    if column.foreign_options:
        parts.append(foreign_options(column.foreign_options).strip())
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
        parts.append(not_null_clause(column.not_null_rule or NotNull()))
    return raw(" ".join(parts))


def not_null_clause(rule: NotNull, column: str | None = None) -> str:
    """NOT NULL with its name and whether it is inherited; with the column, as a table's rule."""
    parts = [ddl("CONSTRAINT {name}", name=rule.name)] if rule.name else []
    parts.append("NOT NULL" if column is None else ddl("NOT NULL {column}", column=column))
    parts += [] if rule.inherited else ["NO INHERIT"]
    return " ".join(parts)


def table_clause(table: Table) -> Raw:
    """A table as CREATE TABLE makes it: what it inherits is its parents' to say."""
    clauses = [column_clause(column) for column in table.columns if column.local]
    clauses += [constraint_clause(c) for c in table.constraints if c.local]
    body = "(\n    " + ",\n    ".join(clauses) + "\n)" if clauses else "()"
    if table.inherits:
        body += f" INHERITS ({', '.join(map(str, table.inherits))})"
    if table.partition_key:
        body += f" PARTITION BY {table.partition_key}"
    if table.foreign:
        body += ddl(" SERVER {server}", server=table.foreign.server)
        body += foreign_options(table.foreign.options)
    stored = parameters(table.options, table.toast_options)
    body += f" WITH ({stored})" if stored else ""
    plain = "UNLOGGED TABLE" if table.unlogged else "TABLE"
    kind = raw("FOREIGN TABLE" if table.foreign else plain)
    return raw(ddl("CREATE {kind} {name} {body}", kind=kind, name=table.name, body=raw(body)))


def foreign_options(options: tuple[str, ...]) -> str:
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
    definition = with_options(constraint.definition, constraint.options)
    return raw(ddl("CONSTRAINT {name} {rule}", name=constraint.name, rule=raw(definition)))


def with_options(definition: str, options: tuple[str, ...]) -> str:
    """A key's definition with the storage parameters of its index.

    They stand after the columns, and before what PostgreSQL deparses after those.
    """
    if not options:
        return definition
    end = _end_of_columns(definition)
    return f"{definition[:end]} WITH ({options_clause(options)}){definition[end:]}"


def options_clause(options: tuple[str, ...]) -> Raw:
    """Storage parameters as PostgreSQL deparses them: "fillfactor=70" is fillfactor='70'."""
    pairs = (option.partition("=") for option in options)
    return raw(", ".join(f"{name}={literal(value).strip()}" for name, _, value in pairs))


def _end_of_columns(definition: str) -> int:
    """Where the key's list ends, or the INCLUDE list that follows it."""
    depth = end = 0
    for token in tokens(definition):
        if token.text in "()":
            depth += 1 if token.text == "(" else -1
            if not depth:
                end = token.start + 1
        elif end and not depth and token.lex is Lex.WORD and token.text != "INCLUDE":
            return end
    return end


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


def constraint_comments(table: QualifiedName, constraint: Constraint) -> Iterator[Statement]:
    """Of a constraint, and of the index that it owns."""
    name = constraint.name
    yield from comment_on(Ref.of(ObjectKind.CONSTRAINT, table, name), constraint.comment)
    yield from comment_on(Ref.of(ObjectKind.INDEX, table, name), constraint.index_comment)


def _commented_name(ref: Ref) -> Raw:
    if ref.kind is ObjectKind.COLUMN:
        return raw(ddl("{table}.{column}", table=ref.relation, column=ref.part))
    if ref.kind is ObjectKind.INDEX:
        return raw(ddl("{schema}.{index}", schema=ref.schema, index=ref.part))
    return raw(str(ref))
