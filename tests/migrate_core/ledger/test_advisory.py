from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection

from migrate_core.ledger import advisory
from tests import runs

MakeDb = Callable[..., Connection[Any]]


def test_two_databases_have_two_keys_and_each_its_own_lock(make_db: MakeDb) -> None:
    one, other = make_db(), make_db()

    assert advisory.key(one) == advisory.key(one) != advisory.key(other)
    assert 0 <= advisory.key(one) < 2**63
    assert advisory.try_lock(one, advisory.key(one))
    assert advisory.holder(other) is None


def test_the_holder_is_named_and_freed(make_db_on: MakeDb, major: int) -> None:
    db = make_db_on(major)
    with runs.connector(db)() as session:
        number = advisory.key(session)
        assert advisory.try_lock(session, number)

        found = advisory.holder(db)

        assert found is not None
        assert found.pid == session.info.backend_pid
        assert advisory.is_ours(session, number)
        assert not advisory.is_ours(db, number)
        assert not advisory.try_lock(db, number)
        advisory.unlock(session, number)
    assert advisory.holder(db) is None
