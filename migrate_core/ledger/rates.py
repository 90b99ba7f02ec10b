"""What a target's own history says about how fast it works."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import Connection

from migrate_core.ledger import ledger
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.pg.queries import query
from migrate_core.risk.rates import Rates, WorkKind
from migrate_core.schema.objects import Value


class _Rate(Value, frozen=True, kw_only=True):
    kind: str
    rate: float  # bytes of table a second


def read_rates(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> Rates:
    """Those of the ledger where it has at least two steps of a sort; else what is assumed."""
    found = ledger.read(conn, query(__package__, "rates"), _Rate, schema)
    known = {rate.kind: rate.rate for rate in found}
    measured = Rates(measured=tuple(WorkKind(kind) for kind in known))
    return msgspec.structs.replace(measured, **known)
