from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import Connection

from migrate_core.pg.version import UnsupportedVersionError, check_major, check_version


@pytest.mark.db
def test_knows_the_server_it_speaks_to(make_db_on: Callable[..., Connection], major: int) -> None:
    assert check_version(make_db_on(major)) == major


@pytest.mark.parametrize("number", [9, 13, 19])
def test_an_unknown_major_is_refused(number: int) -> None:
    with pytest.raises(UnsupportedVersionError, match=f"PostgreSQL {number} is not supported"):
        check_major(number)
