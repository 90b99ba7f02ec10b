"""The chain over events: each one's mac covers the event and the mac before it.

With a key that is not in the target it is an HMAC: whoever edits the target cannot make a
new one. Without a key it is a plain sha256 chain, which shows accidents only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC

from migrate_core.ledger.rows import Event
from migrate_core.pg.codec import canonical

START = ""


def mac(event: Event, key: bytes | None) -> str:
    """Of all its fields but `mac` itself."""
    content = canonical(
        [
            event.seq,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.kind,
            event.actor,
            str(event.run_id or ""),
            event.migration_id,
            event.step,
            event.attempt,
            event.stage,
            event.detail,
            event.prev_mac,
        ]
    )
    if key is None:
        return hashlib.sha256(content).hexdigest()
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def first_broken(
    events: Iterable[Event], key: bytes | None, *, after: int = 0, head: str = START
) -> int | None:
    """The seq of the first event that is missing, edited or out of place; None: all hold.

    `head` is the mac of event `after`, the last one verified before.
    """
    seq = after
    for event in events:
        seq += 1
        if event.seq != seq or event.prev_mac != head:
            return seq
        if not hmac.compare_digest(event.mac, mac(event, key)):
            return seq
        head = event.mac
    return None
