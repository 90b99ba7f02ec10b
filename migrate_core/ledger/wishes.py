"""What people ask of a run from outside its process, kept in the target beside the run.

Whoever may write the ledger may ask; the run looks between its statements.
"""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.pg.ddl import ddl
from migrate_core.pg.queries import query
from migrate_core.schema.objects import Value

# `pause` stops after the batch or stage under way, `cancel` in the middle of it.
Wish = Literal["pause", "stop_after_step", "cancel"]
FULL_PACE = 100


class Asked(Value, frozen=True, kw_only=True):
    """`pace` in percent of the time."""

    wanted: Wish | None = None
    pace: int = FULL_PACE
    actor: str = ""

    @property
    def asker(self) -> str | None:
        return self.actor if self.wanted else None


def asked(conn: Connection[Any], run_id: UUID, schema: str = DEFAULT_SCHEMA) -> Asked:
    """Nothing at full pace where nobody asked for anything."""
    row = conn.execute(ddl(_ASKED, schema=schema), {"run_id": run_id}).fetchone()
    return Asked(wanted=row[0], pace=row[1], actor=row[2]) if row else Asked()


def ask(
    conn: Connection[Any],
    run_id: UUID,
    *,
    actor: str,
    wanted: Wish | None = None,
    pace: int | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> None:
    wishes = {"run_id": run_id, "wanted": wanted, "pace": pace, "actor": actor}
    conn.execute(ddl(query(__package__, "ask"), schema=schema), wishes)


def forget(conn: Connection[Any], run_id: UUID, schema: str = DEFAULT_SCHEMA) -> None:
    """A run that is taken up again was asked to go on; its pace stays."""
    conn.execute(ddl(_FORGET, schema=schema), {"run_id": run_id})


_ASKED = "SELECT wanted, pace, actor FROM {schema}._zanith_wishes WHERE run_id = %(run_id)s"
_FORGET = "UPDATE {schema}._zanith_wishes SET wanted = NULL WHERE run_id = %(run_id)s"
