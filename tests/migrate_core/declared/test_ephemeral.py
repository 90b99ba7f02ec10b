"""What the login of an ephemeral schema is refused for."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core.declared.ephemeral import PREFIX, refuse_rights
from migrate_core.pg import connect
from migrate_core.pg.connect import Session
from tests.runs import endpoint_of

pytestmark = pytest.mark.db


def test_what_another_rehearsal_drops_meanwhile_is_owned_by_nobody(
    make_db: Callable[..., Connection[Any]],
) -> None:
    """PostgreSQL tells that it was owned by a snapshot, and what it is by the catalog of now."""
    name = f"weak_{secrets.token_hex(4)}"
    db = make_db(f"CREATE ROLE {name} LOGIN PASSWORD 'weak'")
    db.execute(f"GRANT CREATE ON DATABASE {db.info.dbname} TO {name}".encode())
    login = msgspec.structs.replace(endpoint_of(db), user=name, password="weak")
    session = partial(connect.connect, login, role=Session.SIDE, application_name="test")
    with session() as beside, session() as conn:
        beside.execute(f"CREATE SCHEMA {PREFIX}1; CREATE TABLE {PREFIX}1.t (id int)".encode())
        conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        conn.execute("SELECT count(*) FROM pg_shdepend")
        beside.execute(f"DROP SCHEMA {PREFIX}1 CASCADE".encode())

        refuse_rights(conn)
    db.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())
