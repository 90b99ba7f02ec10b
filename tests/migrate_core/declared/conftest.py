from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from migrate_core.declared.schema import DeclaredSchema, read_declared
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import TextSource
from migrate_core.pg.connect import Endpoint


@pytest.fixture
def shadow(shadow_url: str) -> ShadowServer:
    """The session's shadow server, as its provisioner: no superuser."""
    return ShadowServer(Endpoint.from_url(shadow_url))


@pytest.fixture
def shadow_admin(shadow_admin_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The same server as its superuser, to look at what was left."""
    with psycopg.connect(shadow_admin_url, autocommit=True) as conn:
        yield conn


@pytest.fixture
def declare(shadow: ShadowServer) -> Callable[..., DeclaredSchema]:
    """declare(sql, ...) -> what files of these texts, a.sql, b.sql and so on, declare."""

    def read(*texts: str) -> DeclaredSchema:
        files = tuple((f"{chr(ord('a') + n)}.sql", text) for n, text in enumerate(texts))
        return read_declared(TextSource(files), shadow, major=shadow.version)

    return read
