"""What only an ALTER can say of an object, changed by as few statements as it takes.

The statements of a definition are introspection's own, so each is one of a few forms: what
it adds has a name, a value, and a way to take it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate_core.errors import UncoveredChangeError
from migrate_core.pg.ddl import Statement, ddl, raw
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.clauses import noun
from migrate_core.schema.definitions import Definition
from migrate_core.schema.refs import ObjectKind, Ref

_IDENT = r'(?:"(?:[^"]|"")*"|[^\s"(),.]+)'
_NAME = rf"{_IDENT}\.{_IDENT}"


class _Form(NamedTuple):
    """`change` and `remove` are what follows ALTER and the object; none: there is no way."""

    pattern: re.Pattern[str]
    change: str
    remove: str


def _form(pattern: str, change: str, remove: str) -> _Form:
    return _Form(re.compile(pattern, re.DOTALL), change, remove)


_PUBLISHED = {
    "publish": "'insert, update, delete, truncate'",
    "publish_via_partition_root": "false",
    "publish_generated_columns": "none",
}
_FORMS = (
    _form(
        rf"OPTIONS \(ADD (?P<key>{_IDENT}) (?P<value>.*)\)",
        "OPTIONS (SET {key} {value})",
        "OPTIONS (DROP {key})",
    ),
    _form(r"(?P<key>VERSION) (?P<value>.*)", "VERSION {value}", ""),
    _form(r"(?P<key>SET STATISTICS) (?P<value>.*)", "{key} {value}", "SET STATISTICS -1"),
    *(
        _form(
            rf"SET \({option} = (?P<value>.*)(?P<key>)\)",
            f"SET ({option} = {{value}})",
            f"SET ({option} = {default})",
        )
        for option, default in _PUBLISHED.items()
    ),
    _form(rf"ADD TABLE ONLY (?P<key>{_NAME})(?P<value>.*)", "", "DROP TABLE ONLY {key}"),
    _form(rf"ADD (?P<key>TABLES IN SCHEMA {_IDENT})(?P<value>)", "", "DROP {key}"),
    _form(
        rf"ADD MAPPING FOR (?P<key>{_IDENT}) WITH (?P<value>.*)",
        "ALTER MAPPING FOR {key} WITH {value}",
        "DROP MAPPING FOR {key}",
    ),
    _form(
        r"ADD (?P<key>OPERATOR \d+) (?P<value>[^(]*(?P<types>\(.*?\)).*)", "", "DROP {key} {types}"
    ),
    _form(r"ADD (?P<key>FUNCTION \d+ \(.*?\)) (?P<value>.*)", "", "DROP {key}"),
)
_SECRET = re.compile(rf"OPTIONS \(ADD ({_IDENT}) sha256 ")
_OF_TABLE = re.compile(rf"CREATE STATISTICS .* FROM (?:ONLY )?({_NAME})", re.DOTALL)
_TABLE = re.compile(rf"ALTER PUBLICATION {_IDENT} (?:ADD|DROP) TABLE ONLY ({_NAME})", re.DOTALL)


class _Said(NamedTuple):
    form: _Form
    groups: dict[str, str]

    @property
    def name(self) -> tuple[str, str, str]:
        key = self.groups["key"]
        return (self.form.pattern.pattern, key, self.groups.get("types", ""))


def altered(old: Definition, then: Iterable[str]) -> tuple[str, ...]:
    """The statements that lead from what is said of an object to `then`.

    Raises:
        UncoveredChangeError: something is no longer said that PostgreSQL cannot take back,
            or a secret would have to be written that nobody knows.
    """
    return tuple(_altered(old, tuple(then)))


def _altered(old: Definition, then: tuple[str, ...]) -> Iterator[str]:
    head = _head(old)
    had = {said.name: (said, text) for text in old.then for said in [_said(text, head)]}
    wanted = {said.name: (said, text) for text in then for said in [_said(text, head)]}
    check_known(Ref(old.kind, old.schema, old.name), set(then) - set(old.then))
    for name, (said, text) in had.items():
        now = wanted.get(name)
        if now is None or (now[1] != text and not said.form.change):
            if not said.form.remove:
                raise _cannot(old, text)
            yield f"{head} {said.form.remove.format(**said.groups)}"
    for name, (said, text) in wanted.items():
        was = had.get(name)
        if was is not None and was[1] == text:
            continue
        change = said.form.change if was is not None else ""
        yield f"{head} {change.format(**said.groups)}" if change else text


def _head(definition: Definition) -> str:
    if definition.kind is ObjectKind.USER_MAPPING:
        return f"ALTER{definition.create.removeprefix('CREATE')}"
    return f"ALTER {noun(definition.kind)} {definition.name}"


def _said(text: str, head: str) -> _Said:
    rest = text.removeprefix(f"{head} ")
    for form in _FORMS:
        if match := form.pattern.fullmatch(rest):
            return _Said(form, match.groupdict())
    raise UncoveredChangeError(f"no way is known to change what this says: {text}")


def check_known(ref: Ref, then: Iterable[str]) -> None:
    """
    Raises:
        UncoveredChangeError: a statement holds a secret, of which only a digest is known.
    """
    hidden = sorted(match[1] for text in then if (match := _SECRET.search(text)))
    if hidden:
        raise UncoveredChangeError(
            f"{ref.kind} {ref} has secrets that are not written down: {', '.join(hidden)}",
            detail="Of options that may be secrets only a digest is read, to compare them by.",
            hint="Set them by hand in the target; nothing is left to do once they are equal.",
        )


def _cannot(definition: Definition, text: str) -> UncoveredChangeError:
    return UncoveredChangeError(
        f"{definition.kind} {definition.name}: PostgreSQL has no way to take this back",
        detail=f"Left over: {text}.",
        hint="Drop the object and make it again with a rawSql operation.",
    )


def statement(text: str) -> Statement:
    """With its lock, where it takes one on a table."""
    table = published_table(text) or table_of(text)
    if table is None:
        return Statement(sql=raw(text))
    return Statement(sql=raw(text), lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=table)


def published_table(text: str) -> QualifiedName | None:
    """The table that a statement puts into a publication, or takes out of it."""
    match = _TABLE.match(text)
    return QualifiedName.parse(match[1]) if match else None


def publishes(publication: Definition, table: QualifiedName) -> bool:
    """Whether it publishes the table with all its columns."""
    if publication.create.endswith(" FOR ALL TABLES"):
        return True
    schema = ddl(" ADD TABLES IN SCHEMA {name}", name=table.schema)
    whole = ddl(" ADD TABLE ONLY {table}", table=table)
    filtered = f"{whole} WHERE "
    return any(t.endswith((schema, whole)) or filtered in t for t in publication.then)


def table_of(create: str) -> QualifiedName | None:
    """The table that extended statistics are about."""
    match = _OF_TABLE.fullmatch(create)
    return QualifiedName.parse(match[1]) if match else None
