"""What is so around the tables that raw SQL locks or goes through, as for any other step.

How far a replica is behind, and what else the server does for a moment, is left out: a
verification is kept, and read when that is long over. Who holds a lock is told as of then: a
session that is left idle ends by nothing, and nobody but the rehearsal knows what SQL locks.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.locks import LockMode
from migrate_core.risk import here
from migrate_core.risk.circumstances import Work, circumstances
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.verify.held import stops
from migrate_core.verify.relations import Relation, belonging
from migrate_core.verify.scripts import Script

_OF_THE_MOMENT = frozenset(
    code.code
    for code in (
        here.NOT_THERE_YET,
        here.REPLICA_IS_BEHIND,
        here.SLOT_KEEPS_WAL,
        here.WAITS_FOR_OLD_TRANSACTIONS,
    )
)
_AS_OF_THEN = frozenset(
    code.code
    for code in (
        here.WAITS_FOR_PREPARED_TRANSACTION,
        here.WAITS_FOR_SESSIONS,
        here.WAITS_FOR_VACUUM,
    )
)


def around(
    script: Script, one: Relation, mode: LockMode | None, facts: Facts, *, reshapes: bool
) -> Iterator[Reason]:
    """`reshapes`: it is seen to have changed what the rows are made of."""
    rewrote = {
        side.oid
        for other in script.doings.rewrote
        for side in belonging(other.oid, script.doings.before)
    }
    spares = mode and mode.blocks_writes and not stops(one, mode)  # nobody writes there
    work = Work(
        relation=one.qualified,
        strongest=LockMode.SHARE_UPDATE_EXCLUSIVE if spares else mode,
        writes_all=one.oid in rewrote,
        reads_all=one in script.doings.scanned,
        reshapes=reshapes,
    )
    for reason in circumstances(work, facts):
        if reason.code not in _OF_THE_MOMENT:
            then = ", when it was rehearsed" if reason.code in _AS_OF_THEN else ""
            said = f"{one.qualified}{then}: {reason.evidence}"
            yield Reason(code=reason.code, level=reason.level, evidence=said)
