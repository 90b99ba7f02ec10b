"""What a target's database is besides its objects, and how much of that a shadow can be.

Encoding, locale, settings that change what DDL does, versions of extensions, roles: each is
made alike where the shadow server allows it, and said by name where it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg

from migrate_core.pg import codec
from migrate_core.pg.connect import SETTINGS, Session
from migrate_core.pg.ddl import ddl, literal
from migrate_core.pg.queries import query
from migrate_core.pg.version import major
from migrate_core.schema.objects import Value

# Settings by which the same DDL does or says something else. None of them holds a secret.
DDL_SETTINGS = frozenset(
    """
    array_nulls backslash_quote bytea_output check_function_bodies DateStyle
    default_table_access_method default_text_search_config default_toast_compression
    extra_float_digits IntervalStyle lc_monetary lc_numeric lc_time quote_all_identifiers
    row_security standard_conforming_strings transform_null_equals xmlbinary xmloption
    """.split()  # noqa: SIM905 - a wrapped text is what a person can read and compare
)
_OURS = {name.lower() for name in SETTINGS[Session.APPLY]}
_DDL = {name.lower() for name in DDL_SETTINGS}
_SET_BY_US = "the runner's own session sets it, on the target too"
_NO_DDL = "it does not change what DDL does, and its value was not read"
_TABLESPACE = "what lies there in the target lies in the rehearsal's default tablespace"
_OWNERS = "the rehearsal's login owns every object, and only it has rights on them"


class Mirrored(Value, frozen=True, kw_only=True):
    """One property of the target: whether the rehearsal's database has it too, or why not."""

    what: str  # "setting DateStyle"
    done: bool
    note: str = ""


class Original(Value, frozen=True, kw_only=True):
    """The database that a scratch database stands for."""

    encoding: str
    collate: str
    ctype: str
    provider: str  # or icu, builtin
    locale: str | None  # of icu and builtin
    icu_rules: str | None
    settings: dict[str, str]
    chosen: tuple[tuple[str, str], ...]  # setting, and for whom ALTER ... SET chose it
    extensions: dict[str, str]  # name: version
    tablespaces: tuple[str, ...]

    @property
    def locale_words(self) -> str:
        if self.provider == "libc":
            return f"{self.collate} (libc)"
        return f"{self.locale} ({self.provider}), LC_COLLATE {self.collate}"


def read_original(conn: psycopg.Connection[Any]) -> Original:
    """Of the database that `conn` is in; reads catalogs only."""
    names = sorted(DDL_SETTINGS)
    row = conn.execute(query(__package__, "original"), {"names": names}, prepare=False).fetchone()
    assert row is not None  # an aggregate always answers
    return codec.decode(row[0], Original)


def create_database(
    conn: psycopg.Connection[Any], name: str, like: Original | None
) -> tuple[Mirrored, ...]:
    """An empty database that `name` owns: as `like`, else UTF-8 in the server's own locale."""
    notes: list[Mirrored] = []
    if like is None:
        _create_plain(conn, name)
    else:
        what = f"encoding {like.encoding}, locale {like.locale_words}"
        try:
            conn.execute(_create_like(like, name, major(conn)))
        except (psycopg.DataError, psycopg.ProgrammingError, psycopg.NotSupportedError) as error:
            if isinstance(error, psycopg.errors.InsufficientPrivilege):
                raise
            _create_plain(conn, name)
            notes.append(Mirrored(what=what, done=False, note=_said(error)))
        else:
            notes.append(Mirrored(what=what, done=True))
    conn.execute(ddl("REVOKE ALL ON DATABASE {name} FROM PUBLIC", name=name))
    if like is not None:
        notes += _choose_settings(conn, name, like)
        notes += (
            Mirrored(what=f"tablespace {one}", done=False, note=_TABLESPACE)
            for one in like.tablespaces
        )
        notes.append(Mirrored(what="owners and privileges", done=False, note=_OWNERS))
    return tuple(notes)


def _create_like(like: Original, name: str, version: int) -> str:
    template: LiteralString = (
        "CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING {encoding}"
        " LC_COLLATE {collate} LC_CTYPE {ctype}"
    )
    if version >= 15:
        providers: dict[str, LiteralString] = {
            "libc": " LOCALE_PROVIDER libc",
            "icu": " LOCALE_PROVIDER icu ICU_LOCALE {locale}",
            "builtin": " LOCALE_PROVIDER builtin BUILTIN_LOCALE {locale}",
        }
        template += providers[like.provider]
        if like.icu_rules is not None:
            template += " ICU_RULES {rules}"
    return ddl(
        template,
        name=name,
        encoding=literal(like.encoding),
        collate=literal(like.collate),
        ctype=literal(like.ctype),
        locale=literal(like.locale or ""),
        rules=literal(like.icu_rules or ""),
    )


def _create_plain(conn: psycopg.Connection[Any], name: str) -> None:
    """UTF-8, whatever the server's own default; its locale where that allows it."""
    create = ddl(
        "CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'", name=name
    )
    try:
        conn.execute(create)
    except psycopg.errors.InvalidParameterValue:
        conn.execute(f"{create} LC_COLLATE 'C' LC_CTYPE 'C'")


def _choose_settings(
    conn: psycopg.Connection[Any], name: str, like: Original
) -> Iterator[Mirrored]:
    """Those that differ from what a session on the shadow has, and what was chosen by hand."""
    found = conn.execute(query(__package__, "settings"), {"names": sorted(like.settings)})
    here = dict(found.fetchall())
    chosen = {setting.lower(): whom for setting, whom in like.chosen}
    for setting, value in sorted(like.settings.items()):
        if here.get(setting) != value:
            yield _choose(conn, name, setting, value)
        elif setting.lower() in chosen:
            yield Mirrored(what=f"setting {setting}", done=True, note=f"is {value} there as well")
    for setting, whom in like.chosen:
        if setting.lower() not in _DDL:
            why = _SET_BY_US if setting.lower() in _OURS else _NO_DDL
            if setting.lower() == "default_tablespace":
                why = _TABLESPACE
            yield Mirrored(what=f"setting {setting} of {whom}", done=False, note=why)


def _choose(conn: psycopg.Connection[Any], name: str, setting: str, value: str) -> Mirrored:
    what = f"setting {setting}"
    try:
        conn.execute(
            ddl(
                "ALTER DATABASE {name} SET {setting} = {value}",
                name=name,
                setting=setting,
                value=literal(value),
            )
        )
    except psycopg.Error as error:
        return Mirrored(what=what, done=False, note=_said(error))
    return Mirrored(what=what, done=True, note=f"set to {value}")


def compared(conn: psycopg.Connection[Any], like: Original) -> tuple[Mirrored, ...]:
    """Where nothing can be made alike: the database that `conn` is in beside the target's."""
    here = read_original(conn)
    notes = []
    for what, ours, theirs in (
        ("encoding", here.encoding, like.encoding),
        ("locale", here.locale_words, like.locale_words),
        *((f"setting {n}", here.settings.get(n), v) for n, v in sorted(like.settings.items())),
        *(
            (f"extension {n}", here.extensions.get(n), v)
            for n, v in sorted(like.extensions.items())
        ),
    ):
        if ours != theirs:
            note = f"{ours or 'not there'}, and {theirs} in the target"
            notes.append(Mirrored(what=what, done=False, note=note))
        elif not what.startswith("setting"):
            notes.append(Mirrored(what=what, done=True, note=str(ours)))
    notes += (
        Mirrored(what=f"tablespace {t}", done=False, note=_TABLESPACE) for t in like.tablespaces
    )
    return (*notes, Mirrored(what="owners and privileges", done=False, note=_OWNERS))


def of_roles(
    wanted: tuple[str, ...], made: frozenset[str], lent: frozenset[str]
) -> tuple[Mirrored, ...]:
    """Roles that the schema or the plan names."""
    said = []
    for role in wanted:
        if role in made:
            note = "stands in: NOLOGIN, without the attributes and memberships of the target's"
        elif role in lent:
            note = "stands in for other rehearsals already"
        else:
            note = "is the shadow's own role: named, but nothing is made to belong to it"
        said.append(Mirrored(what=f"role {role}", done=role in lent, note=note))
    return tuple(said)


def _said(error: psycopg.Error) -> str:
    return f"the shadow refused: {error.diag.message_primary or 'no reason given'}"
