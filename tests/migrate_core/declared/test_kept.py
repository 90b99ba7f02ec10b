from __future__ import annotations

from typing import Any

import msgspec
import psycopg
import pytest

from migrate_core.declared.kept import Kept
from migrate_core.declared.mentions import WantedExtension
from migrate_core.declared.removal import LEFTOVER_SECONDS, PREFIX
from migrate_core.declared.scratch import ShadowServer
from migrate_core.errors import ShadowError
from migrate_core.pg.connect import Endpoint

pytestmark = pytest.mark.db
Admin = psycopg.Connection[Any]


def kept_one(shadow: ShadowServer, **changed: Any) -> Kept:
    told: list[Kept] = []
    with shadow.database(keep=told.append, **changed) as scratch, scratch.session() as conn:
        conn.execute("CREATE TABLE public.t AS SELECT 7 AS a")
    return told[0]


def test_what_is_kept_can_be_entered_once_it_was_given_a_password(shadow: ShadowServer) -> None:
    kept = kept_one(shadow)
    with psycopg.connect(**shadow.endpoint.keywords(), autocommit=True) as provisioner:
        provisioner.execute(kept.enter.replace("...", "open").encode())

    inside = Endpoint.from_url(kept.url)
    assert inside.password == ""
    with psycopg.connect(**msgspec.structs.replace(inside, password="open").keywords()) as conn:
        assert conn.execute("SELECT a FROM public.t").fetchall() == [(7,)]
    assert shadow.drop_kept() == (kept.name,)


def test_kept_ones_are_listed_until_they_are_dropped_together(
    shadow: ShadowServer, shadow_admin: Admin
) -> None:
    names = [kept_one(shadow, wanted_roles=["app"]).name for _ in range(2)]

    assert sorted(one.name for one in shadow.kept()) == sorted(names)
    assert sorted(shadow.drop_kept()) == sorted(names)
    assert (shadow.kept(), shadow.drop_kept()) == ((), ())
    left = shadow_admin.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %(p)s)"
        " UNION SELECT rolname FROM pg_roles WHERE starts_with(rolname, %(p)s) OR rolname = 'app'",
        {"p": PREFIX},
    )
    assert left.fetchall() == []


def test_what_a_login_marks_itself_is_swept_all_the_same_and_what_is_kept_is_not(
    shadow: ShadowServer, shadow_admin: Admin
) -> None:
    now = shadow_admin.execute("SELECT extract(epoch FROM now())::bigint").fetchone()
    assert now is not None
    kept = kept_one(shadow)
    old = f"{PREFIX}{now[0] - LEFTOVER_SECONDS - 60:010d}_{'ef' * 6}"
    shadow_admin.execute(f"ALTER DATABASE {kept.name} RENAME TO {old}".encode())
    shadow_admin.execute(f"ALTER ROLE {kept.name} RENAME TO {old}".encode())

    with (
        shadow.database() as scratch,
        scratch.session() as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(f"COMMENT ON ROLE {scratch.name} IS 'zanith: kept on request'".encode())

    assert [one.name for one in shadow.kept()] == [old]
    assert shadow.drop_kept() == (old,)


def test_a_block_that_could_not_begin_keeps_nothing(shadow: ShadowServer) -> None:
    told: list[Kept] = []

    with (
        pytest.raises(ShadowError, match="not allowed"),
        shadow.database(keep=told.append, extensions=[WantedExtension("dblink")]),
    ):
        pass

    assert told == []
    assert shadow.kept() == ()


def test_a_block_that_fails_is_kept_to_be_looked_at(shadow: ShadowServer) -> None:
    told: list[Kept] = []

    with pytest.raises(ZeroDivisionError), shadow.database(keep=told.append):
        raise ZeroDivisionError

    assert shadow.drop_kept() == (told[0].name,)
