from __future__ import annotations

from typing import Any

import psycopg
import pytest

from migrate_core.declared.roles import MARK, collect, lend
from migrate_core.declared.scratch import ShadowServer

pytestmark = pytest.mark.db


@pytest.fixture
def provisioner(shadow: ShadowServer) -> Any:
    with psycopg.connect(**shadow.endpoint.keywords(), autocommit=True) as conn:
        yield conn


def marked(conn: psycopg.Connection[Any]) -> list[str]:
    rows = conn.execute(
        "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %s", [MARK]
    )
    return [name for (name,) in rows]


def test_a_role_that_is_still_referred_to_elsewhere_stays_until_it_is_not(
    shadow: ShadowServer, provisioner: psycopg.Connection[Any]
) -> None:
    with shadow.database(wanted_roles=["kept"]):
        provisioner.execute("CREATE DATABASE elsewhere")
        provisioner.execute("GRANT CONNECT ON DATABASE elsewhere TO kept")
    assert marked(provisioner) == ["kept"]

    provisioner.execute("DROP DATABASE elsewhere")
    collect(provisioner)

    assert marked(provisioner) == []


def test_names_are_quoted_and_predefined_roles_left_alone(
    shadow: ShadowServer, provisioner: psycopg.Connection[Any]
) -> None:
    strange = ['Robert"; DROP ROLE x; --', "sélect", "pg_read_all_data"]
    with shadow.database() as scratch:
        lent = lend(provisioner, scratch.name, strange).roles

        assert lent == {*strange[:2]}
        assert sorted(marked(provisioner)) == sorted(strange[:2])
    assert marked(provisioner) == []
