"""Where a rehearsal is held, in words."""

from __future__ import annotations

from migrate_core.declared.scratch import ShadowServer
from migrate_core.pg.connect import Endpoint

SEPARATE_SERVER = "throw-away database on a separate server"
SAME_SERVER = "throw-away database on the target's own server"
EPHEMERAL = "ephemeral schema in a database of a separate server"
EPHEMERAL_THERE = "ephemeral schema in the target's own database"


def shape(target: Endpoint, shadow: ShadowServer) -> str:
    ours = shadow.endpoint
    same_server = (target.host, target.port) == (ours.host, ours.port)
    if shadow.stands_for:
        return EPHEMERAL_THERE if same_server and target.dbname == ours.dbname else EPHEMERAL
    return SAME_SERVER if same_server else SEPARATE_SERVER
