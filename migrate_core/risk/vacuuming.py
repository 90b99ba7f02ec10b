"""Storage parameters that keep autovacuum from a table: by a switch, or by what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.risk.facts import Facts, human_count
from migrate_core.risk.reasons import STOPS_AUTOVACUUM, Reason

_SWITCH = "autovacuum_enabled"
_THRESHOLD, _FACTOR = "autovacuum_vacuum_threshold", "autovacuum_vacuum_scale_factor"
_DEFAULTS = {_THRESHOLD: 50.0, _FACTOR: 0.2}
FEW = 100_000  # dead rows that any table can live with
MANY = 100_000_000  # that none should wait for, whatever its size


def stops_autovacuum(
    was: Sequence[str], becomes: Sequence[str], facts: Facts, what: str = "it"
) -> Iterator[Reason]:
    """`was` and `becomes` are storage parameters; what was so before is no news."""
    if is_off(becomes):
        if not is_off(was):
            yield STOPS_AUTOVACUUM.because(f"switched off for {what}; {facts.describe()}")
        return
    waits = _waits_for(becomes, facts.rows)
    if waits > _waits_for(was, facts.rows) and _is_too_late(becomes, waits, facts.rows):
        after = f"it comes to {what} after {human_count(int(waits))} dead rows"
        yield STOPS_AUTOVACUUM.because(f"{after}; {facts.describe()}")


def is_off(options: Sequence[str]) -> bool:
    """PostgreSQL takes any beginning of a boolean's word."""
    text = _values(options).get(_SWITCH, "true").lower()
    return text in ("0", "of", "off") or text[:1] in ("f", "n")


def _waits_for(options: Sequence[str], rows: int | None) -> float:
    values = _values(options)
    threshold, factor = (float(values.get(key, _DEFAULTS[key])) for key in (_THRESHOLD, _FACTOR))
    return threshold + factor * (MANY if rows is None else rows)


def _is_too_late(options: Sequence[str], waits: float, rows: int | None) -> bool:
    """For more dead rows than the table has live ones, or so by its factor where that is not
    known."""
    if rows is None:
        values = _values(options)
        return float(values.get(_FACTOR, 0)) >= 1 or float(values.get(_THRESHOLD, 0)) >= MANY
    return waits >= max(rows, FEW)


def _values(options: Sequence[str]) -> dict[str, str]:
    return {name: value for name, _, value in (option.partition("=") for option in options)}
