"""How far a statement is, where PostgreSQL says so; where it does not, no bar is drawn."""

from __future__ import annotations

from typing import Any

from studio.display import Phase, Shown
from studio.templatetags.words import count

# Of CREATE INDEX and REINDEX: PostgreSQL documentation, table "CREATE INDEX Phases".
PLAIN = ("initializing", "building index")
CONCURRENT = (
    "initializing",
    "waiting for writers before build",
    "building index",
    "waiting for writers before validation",
    "index validation",
    "waiting for old snapshots",
)
REINDEX = (
    *CONCURRENT,
    "waiting for readers before marking dead",
    "waiting for readers before dropping",
)
# Which counters a phase has, and what they count; the first pair that counts is shown.
COUNTERS = (
    ("lockers_done", "lockers_total", "transactions waited for"),
    ("tuples_done", "tuples_total", "rows"),
    ("blocks_done", "blocks_total", "blocks"),
)
OTHERS = {
    "cluster": ("heap_blks_scanned", "heap_blks_total", "blocks"),
    "vacuum": ("heap_blks_scanned", "heap_blks_total", "blocks"),
    "analyze": ("sample_blks_scanned", "sample_blks_total", "blocks"),
    "copy": ("bytes_processed", "bytes_total", "bytes"),
}


class Advance(Shown, frozen=True, kw_only=True):
    """`total` 0: nothing is counted in this phase."""

    note: str
    phases: tuple[Phase, ...] = ()
    done: int = 0
    total: int = 0
    unit: str = ""


def advance(live: dict[str, Any] | None) -> Advance | None:
    """What the server's own view said last; None where it has no row."""
    doing = (live or {}).get("doing") or {}
    row = doing.get("progress")
    if not row:
        return _without_a_view(doing)
    if doing["view"] == "create_index":
        return _of_an_index(row)
    done, total, unit = OTHERS[doing["view"]]
    counted = (int(row.get(done) or 0), int(row.get(total) or 0))
    phase = row.get("phase") or doing["view"]
    return Advance(note=str(phase), done=counted[0], total=counted[1], unit=unit)


def _of_an_index(row: dict[str, Any]) -> Advance:
    command, phase = str(row["command"]), str(row["phase"])
    names: tuple[str, ...] = PLAIN
    if command.endswith("CONCURRENTLY"):
        names = REINDEX if command.startswith("REINDEX") else CONCURRENT
    at = next((n for n, name in enumerate(names) if phase.startswith(name)), 0)
    phases = tuple(
        Phase(name=name, state="done" if n < at else "current" if n == at else "pending")
        for n, name in enumerate(names)
    )
    for done, total, unit in _counters(phase):
        if row.get(total):
            counted = (int(row[done]), int(row[total]))
            return Advance(note=phase, phases=phases, done=counted[0], total=counted[1], unit=unit)
    return Advance(note=phase, phases=phases)


def _counters(phase: str) -> tuple[tuple[str, str, str], ...]:
    """Counters of an earlier phase stay in the row: only those of this one are read."""
    if phase.startswith("waiting"):
        return COUNTERS[:1]
    return COUNTERS[1:2] if "tuples" in phase else COUNTERS[2:]


def _without_a_view(doing: dict[str, Any]) -> Advance | None:
    """A rewrite or a scan under ALTER TABLE has no view: what it holds is all there is to say."""
    if doing.get("state") != "active" or doing.get("mode") != "AccessExclusiveLock":
        return None
    return Advance(
        note=f"holds ACCESS EXCLUSIVE on {doing['relation']}; PostgreSQL does not say how far it is"
    )


def words(found: Advance) -> str:
    """`building index: scanning table, 17,521 of 28,038 blocks`"""
    if not found.total:
        return found.note
    return f"{found.note}, {count(found.done)} of {count(found.total)} {found.unit}"
