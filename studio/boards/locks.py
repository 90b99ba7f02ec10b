"""Locks in sentences: who stands before a run, the run itself, and who is stuck behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from migrate_core.planning.plan import Plan
from migrate_core.planning.timeline import strongest
from studio.boards.plan import hold_words
from studio.display import LockParty
from studio.models import Run

Found = dict[str, Any]
MOST_BEHIND = 8  # in full; the others are counted
LOCK_WORDS = {
    "ShareUpdateExclusiveLock": "SHARE UPDATE EXCLUSIVE",
    "ShareLock": "SHARE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE",
    "ExclusiveLock": "EXCLUSIVE",
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
}


def wanted_lock(waiting: Found | None, plan: Plan) -> str:
    """From the plan: the strongest lock of the step that waits."""
    if waiting is None:
        return ""
    step = next((s for s in plan.steps if s.number == waiting.get("step")), None)
    worst = strongest(step) if step else None
    return hold_words(worst) if worst else "its lock"


def waiting_note(waiting: Found | None) -> str:
    if waiting is None:
        return ""
    tries, of = waiting.get("tries"), waiting.get("of")
    if not tries:  # a concurrent build: it waits inside PostgreSQL, and blocks nobody
        return "It waits for transactions that began earlier; reads and writes go on meanwhile."
    if waiting.get("queue"):
        return (
            f"Try {tries} of {of} gave way: {waiting['queue']} sessions were stuck behind it. What"
            " it left is removed, and it is tried again."
        )
    return (
        f"Try {tries} of {of}. Each try gives up after 100 ms and sleeps before the next, so"
        " nobody behind us waits longer than that."
    )


def around(run: Run, waiting: Found | None, now: datetime) -> list[Found]:
    """Before and behind, as the worker saw them last; by the last try where it saw nothing yet."""
    live = run.live or {}
    if "parties" in live:
        return list(live["parties"])
    tried = (waiting or {}).get("blockers", [])
    return [{"side": "before", **_with_start(found, now)} for found in tried]


def _with_start(found: Found, now: datetime) -> Found:
    seconds = found.get("xact_seconds")
    if seconds is None:
        return {**found, "xact_start": found.get("in_transaction_since")}
    return {**found, "xact_start": (now - timedelta(seconds=seconds)).isoformat()}


def parties(found: Sequence[Found], us: str) -> list[LockParty]:
    """Nothing where nobody is in anybody's way."""
    before = [party(one) for one in found if one["side"] == "before"]
    behind = [one for one in found if one["side"] == "behind"]
    if not before and not behind:
        return []
    ours = [LockParty(side="us", who="this run", text=us)] if us else []
    shown = [party(one) for one in behind[:MOST_BEHIND]]
    more = len(behind) - MOST_BEHIND
    rest = [LockParty(side="behind", who=f"{more} more", text="wait too")] if more > 0 else []
    return [*before, *ours, *shown, *rest]


def party(found: Found) -> LockParty:
    who = found.get("application_name") or found.get("user") or found.get("kind") or "a session"
    words = [f"pid {found.get('pid') or 'none: a prepared transaction'}", found.get("state") or ""]
    if found["side"] == "behind":
        since = _since(found.get("waits_since"))
        words.append(f"waits {since}" if since else "waits")
    else:
        words += _before(found)
    return LockParty(
        side=found["side"],
        who=str(who),
        text=", ".join(word for word in words if word),
        sql=str(found.get("query") or "")[:200],
    )


def _before(found: Found) -> list[str]:
    opened = _since(found.get("xact_start"))
    on = f" on {found['relation']}" if found.get("relation") else ""
    waits = "waits itself for the one above" if (found.get("depth") or 1) > 1 else ""
    return [
        f"transaction open {opened}" if opened else "",
        f"holds {found['mode']}{on}" if found.get("mode") else "",
        waits,
    ]


def us(run: Run, wanted: str) -> str:
    """What the run itself does about the lock: it waits, or it has it."""
    doing = (run.live or {}).get("doing") or {}
    if wanted:
        return f"waits for {wanted}"
    if not doing.get("mode") or doing.get("state") == "idle":
        return ""
    lock = LOCK_WORDS.get(doing["mode"], doing["mode"])
    return f"holds {lock} on {doing['relation']}, in a statement {_since(doing['since'])}"


def _since(at: str | None) -> str:
    """A moment stays true while the panel stands; nothing where the server does not say."""
    try:
        moment = datetime.fromisoformat(at or "").astimezone(UTC)
    except ValueError:  # none, or as a DateStyle of the database's own writes it
        return ""
    return f"since {moment:%H:%M:%S} UTC"
