"""A runner in a process of its own, to be killed: reads its orders as JSON from stdin."""

from __future__ import annotations

import json
import sys
from uuid import UUID

from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.planning.plan import decode_plan
from migrate_core.runner.apply import apply
from tests.faults.moments import at_moment, kill_ourselves
from tests.runs import QUICK


def main() -> None:
    orders = json.load(sys.stdin)
    endpoint = codec.convert(orders["endpoint"], Endpoint)
    plan = decode_plan(orders["plan"])
    number = orders["moment"]
    with at_moment(number if number is not None else -2, kill_ourselves):
        apply(
            plan,
            connect=lambda: apply_session(endpoint, "zanith"),
            run_id=UUID(orders["run_id"]),
            actor="anna",
            options=QUICK,
        )


if __name__ == "__main__":
    main()
