from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from migrate_core.declared.mentions import WantedExtension
from migrate_core.declared.mirror import Mirrored, Original, read_original
from migrate_core.declared.scratch import Scratch, ShadowServer
from migrate_core.pg.connect import Endpoint, plan_session

pytestmark = pytest.mark.db
Made = Callable[..., psycopg.Connection[Any]]


def original(conn: psycopg.Connection[Any]) -> Original:
    info = conn.info
    target = Endpoint(
        dbname=info.dbname, host=info.host, port=info.port, user=info.user, password=info.password
    )
    with plan_session(target, "zanith/test") as session:
        return read_original(session)


def said(scratch: Scratch) -> dict[str, Mirrored]:
    return {one.what: one for one in scratch.mirrored}


def choose(conn: psycopg.Connection[Any], *settings: str) -> None:
    for setting in settings:
        conn.execute(f"ALTER DATABASE {conn.info.dbname} SET {setting}".encode())


def test_settings_that_change_ddl_are_those_of_the_target(
    shadow: ShadowServer, make_db: Made
) -> None:
    db = make_db()
    choose(db, "DateStyle = 'German, DMY'", "standard_conforming_strings = off")

    with shadow.database(like=original(db)) as scratch, scratch.session() as conn:
        row = conn.execute(
            "SELECT current_setting('DateStyle'), current_setting('standard_conforming_strings')"
        ).fetchone()

    assert row == ("German, DMY", "off")
    found = said(scratch)["setting DateStyle"]
    assert (found.done, found.note) == (True, "set to German, DMY")


def test_settings_that_are_not_mirrored_are_named_and_their_values_never_read(
    shadow: ShadowServer, make_db: Made
) -> None:
    db = make_db()
    choose(db, "app.jwt_secret = 'geheim'", "TimeZone = 'Asia/Tokyo'", "search_path = a, b")
    db.execute(f"ALTER ROLE postgres IN DATABASE {db.info.dbname} SET work_mem = '5MB'".encode())

    like = original(db)
    with shadow.database(like=like) as scratch:
        found = said(scratch)

    assert "geheim" not in repr(like)
    assert not found["setting app.jwt_secret of the database"].done
    assert "was not read" in found["setting app.jwt_secret of the database"].note
    for name in ("TimeZone", "search_path"):
        assert "session sets it" in found[f"setting {name} of the database"].note
    assert "setting work_mem of role postgres in the database" in found


def test_a_setting_that_the_shadow_refuses_is_said_with_its_words(
    shadow: ShadowServer, make_db: Made
) -> None:
    like = msgspec.structs.replace(original(make_db()), settings={"lc_monetary": "xx_XX.nowhere"})

    with shadow.database(like=like) as scratch:
        found = said(scratch)["setting lc_monetary"]

    assert not found.done
    assert "invalid value for parameter" in found.note


LIBC = "LC_COLLATE 'C' LC_CTYPE 'C'"
# What a build may lack: the session's own has no ICU, and only 17 brought the builtin provider.
BY_MAJOR = {
    15: "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de-DE' LC_COLLATE 'C' LC_CTYPE 'C'",
    18: "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C'"
    " LC_CTYPE 'C'",
}


@pytest.mark.parametrize(
    "clauses", [f"ENCODING 'LATIN1' {LIBC}", f"ENCODING 'SQL_ASCII' {LIBC}", ""]
)
def test_encoding_and_locale_are_those_of_the_target(
    major: int, url_on: Callable[[int], str], clauses: str
) -> None:
    url = url_on(major)
    wanted = clauses or BY_MAJOR.get(major, "ENCODING 'UTF8'")
    if clauses and major >= 15:  # 14 knows no other, nor the word
        wanted += " LOCALE_PROVIDER libc"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE mirrored TEMPLATE template0 {wanted}".encode())
        try:
            with psycopg.connect(make_conninfo(url, dbname="mirrored")) as conn:
                like = original(conn)
        finally:
            admin.execute("DROP DATABASE mirrored WITH (FORCE)")

    with ShadowServer(Endpoint.from_url(url)).database(like=like) as scratch:
        with scratch.session() as conn:
            there = read_original(conn)
        assert scratch.mirrored[0].done, scratch.mirrored[0]

    facts = ("encoding", "collate", "ctype", "provider", "locale")
    assert [getattr(there, f) for f in facts] == [getattr(like, f) for f in facts]


@pytest.mark.parametrize(
    "changed",
    [
        {"collate": "xx_XX.nowhere", "ctype": "xx_XX.nowhere"},
        {"provider": "icu", "locale": "zz-no-such-locale-at-all"},
    ],
)
def test_a_locale_that_the_shadow_lacks_is_said_and_the_rehearsal_goes_on(
    shadow: ShadowServer, make_db: Made, changed: dict[str, str]
) -> None:
    like = msgspec.structs.replace(original(make_db()), **changed)

    with shadow.database(like=like) as scratch, scratch.session() as conn:
        assert conn.execute("SELECT current_setting('server_encoding')").fetchone() == ("UTF8",)

    first = scratch.mirrored[0]
    assert (first.done, first.note.startswith("the shadow refused: ")) == (False, True)
    assert next(iter(changed.values())) in first.what or "zz-no-such" in first.what


def test_versions_of_extensions_are_the_targets_where_the_shadow_has_them(
    shadow: ShadowServer, make_db: Made
) -> None:
    db = make_db("CREATE EXTENSION pg_trgm VERSION '1.3'; CREATE EXTENSION citext;")
    like = original(db)
    like.extensions["citext"] = "77.7"
    wanted = [WantedExtension("pg_trgm"), WantedExtension("citext")]

    with shadow.database(like=like, extensions=wanted) as scratch:
        found = said(scratch)

    assert found["extension pg_trgm"] == Mirrored(
        what="extension pg_trgm", done=True, note="version 1.3"
    )
    assert not found["extension citext"].done
    assert "does not offer 77.7" in found["extension citext"].note


def test_roles_say_what_stands_in_for_them(shadow: ShadowServer, make_db: Made) -> None:
    like = original(make_db())

    with shadow.database(like=like, wanted_roles=["app", "provisioner"]) as scratch:
        found = said(scratch)

    assert (found["role app"].done, found["role provisioner"].done) == (True, False)
    assert found["role app"].note.startswith("stands in: NOLOGIN")


def test_it_reads_every_major(major: int, make_db_on: Callable[..., Any]) -> None:
    found = original(make_db_on(major))

    assert found.provider in ("libc", "icu", "builtin")
    assert found.settings["IntervalStyle"] == "postgres"
