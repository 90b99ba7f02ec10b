"""Views and materialized views as statements, and what CREATE OR REPLACE can change of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString, TypeVar

import msgspec

from migrate_core.pg.ddl import Raw, Statement, ddl, raw
from migrate_core.pg.locks import LockMode
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.views import MaterializedView, Output, Query, View

Q = TypeVar("Q", bound=Query)

_EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE


def columns_kept(old: Query, new: Query) -> bool:
    """Whether every column stays what and where it is: the rule of CREATE OR REPLACE VIEW."""
    was, becomes = ([(o.name, o.type, o.collation) for o in q.outputs] for q in (old, new))
    return becomes[: len(was)] == was


def made_anew(old: Query, new: Query) -> bool:
    """Whether no ALTER and no CREATE OR REPLACE leads from one to the other."""
    if isinstance(old, MaterializedView) and isinstance(new, MaterializedView):
        was, becomes = ((q.definition, q.access_method) for q in (old, new))
        same = was == becomes and columns_kept(old, new) and columns_kept(new, old)
        return not same or _unsets_storage(old, new)
    return not columns_kept(old, new)


def _unsets_storage(old: Query, new: Query) -> bool:
    """SET STORAGE DEFAULT exists from 16 on, and the contents can be made again."""
    kept = zip(old.outputs, new.outputs, strict=False)
    return any(was.storage and not becomes.storage for was, becomes in kept)


def replaced_by(old: View, new: View) -> View:
    """`old` with the query of `new`; defaults and comments are set one by one."""
    kept = {output.name: output for output in old.outputs}
    bare = (msgspec.structs.replace(o, default=None, comment=None) for o in new.outputs)
    outputs = tuple(kept.get(output.name, output) for output in bare)
    return old.change(definition=new.definition, options=new.options, outputs=outputs)


def bare(query: Q) -> Q:
    """Without the parts that are created by operations of their own."""
    return query.change(indexes=(), triggers=(), rules=(), policies=())


def create_view(view: View, *, replace: bool = False) -> Statement:
    sql = ddl(
        "CREATE {replace}VIEW {name}{options} AS\n{definition}",
        replace=raw("OR REPLACE " if replace else ""),
        name=view.name,
        options=_with(view.options),
        definition=raw(view.definition),
    )
    if not replace:
        return Statement(sql=sql)
    return Statement(sql=sql, lock=_EXCLUSIVE, on=view.name)


def placeholder(view: View) -> View:
    """A view of the same columns that needs nothing but their types, as pg_dump writes it."""
    selected = ",\n    ".join(_nothing(output) for output in view.outputs)
    return view.change(definition=f" SELECT {selected}", options=())


def is_placeholder(view: View) -> bool:
    """The catalog writes casts and collations its own way, by what the types are."""
    return view.definition == placeholder(view).definition


def _nothing(output: Output) -> str:
    value = f"NULL::{raw(output.type)}"
    value += f" COLLATE {raw(output.collation)}" if output.collation else ""
    return ddl("{value} AS {name}", value=raw(value), name=output.name)


def create_materialized_view(view: MaterializedView) -> Statement:
    """Filled at once: a query that reads it before a REFRESH would fail."""
    method = ddl(" USING {name}", name=view.access_method) if view.access_method else ""
    space = ddl(" TABLESPACE {name}", name=view.tablespace) if view.tablespace else ""
    sql = ddl(
        "CREATE MATERIALIZED VIEW {name}{method}{options}{space} AS\n{definition}",
        name=view.name,
        method=raw(method),
        options=_with(view.options),
        space=raw(space),
        definition=raw(view.definition),
    )
    return Statement(sql=sql, queries=True)


def output_statements(query: Query) -> Iterator[Statement]:
    """What a query's columns are besides their types."""
    for output in query.outputs:
        if output.default is not None:
            value = raw(output.default)
            yield _on_column(query, output, "SET DEFAULT {value}", value=value)
        yield from output_changes(query, Output(name=output.name, type=output.type), output)
        ref = Ref.of(ObjectKind.COLUMN, query.name, output.name)
        yield from comment_on(ref, output.comment)


def output_changes(query: Query, old: Output, new: Output) -> Iterator[Statement]:
    """How the values of a materialized view's column are kept and counted."""
    light = LockMode.SHARE_UPDATE_EXCLUSIVE
    if old.storage != new.storage:
        word = raw((new.storage or "").upper())
        yield _on_column(query, new, "SET STORAGE {word}", word=word)
    if old.compression != new.compression:
        word = raw(new.compression or "default")
        yield _on_column(query, new, "SET COMPRESSION {word}", word=word)
    if old.statistics != new.statistics:
        number = raw(str(-1 if new.statistics is None else new.statistics))
        yield _on_column(query, new, "SET STATISTICS {number}", number=number, lock=light)
    for action in option_changes(old.options, new.options):
        yield _on_column(query, new, "{action}", action=raw(action), lock=light)


def option_changes(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    """RESET and SET from one list of options to another, in its order."""
    if set(old) == set(new):
        return
    kept = [option for option in old if option in new]
    moved = kept != list(new[: len(kept)])
    changed = new if moved else new[len(kept) :]
    # SET puts an option that it changes at the end, where it is wanted.
    names = {_name(option) for option in new}
    gone = [_name(o) for o in old if _name(o) not in names or (moved and o in kept)]
    if gone:
        yield f"RESET ({', '.join(gone)})"
    if changed:
        yield f"SET ({', '.join(map(_option, changed))})"


def _on_column(
    query: Query,
    output: Output,
    template: LiteralString,
    *,
    lock: LockMode = _EXCLUSIVE,
    **parts: Raw,
) -> Statement:
    filled = raw(ddl(template, **parts))
    column = "ALTER COLUMN {column} {action}"
    return on_query(query, column, column=output.name, action=filled, lock=lock)


def on_query(
    query: Query, template: LiteralString, *, lock: LockMode = _EXCLUSIVE, **parts: Raw | str
) -> Statement:
    kind = raw(ref_of(query).kind.upper())
    sql = ddl("ALTER {kind} {name} ", kind=kind, name=query.name) + ddl(template, **parts)
    return Statement(sql=sql, lock=lock, on=query.name)


def _with(options: tuple[str, ...]) -> Raw:
    return raw(f" WITH ({', '.join(map(_option, options))})" if options else "")


def _name(option: str) -> str:
    return option.partition("=")[0]


def _option(option: str) -> str:
    name, _, value = option.partition("=")
    return f"{name}='{value.replace(chr(39), chr(39) * 2)}'" if value else name
