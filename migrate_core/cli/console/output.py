"""What commands print: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from migrate_core.pg import codec

_HIDDEN = {
    code: f"\\x{code:02x}"
    for code in (*range(0x20), *range(0x7F, 0xA0))
    if code not in (0x09, 0x0A)
}
_BIDI = {ord(c): f"\\u{ord(c):04x}" for c in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e"}
_ISOLATES = {code: f"\\u{code:04x}" for code in range(0x2066, 0x206A)}
_SHOWN = {**_HIDDEN, **_BIDI, **_ISOLATES}


def say(text: str = "") -> None:
    """A line of the result; characters that would move the cursor are shown escaped."""
    print(shown(text))


def note(text: str) -> None:
    """A line beside the result."""
    print(shown(text), file=sys.stderr)


def shown(text: str) -> str:
    return text.translate(_SHOWN)


def print_json(value: Any) -> None:
    """One JSON document."""
    data = msgspec.json.format(codec.encode(value), indent=2)
    print(data.decode())


def columns(rows: Iterable[Sequence[str]], *, indent: str = "  ") -> list[str]:
    """Rows with their columns aligned, the last one ragged."""
    lines = [tuple(shown(cell) for cell in row) for row in rows]
    if not lines:
        return []
    widths = [max(len(row[at]) for row in lines) for at in range(len(lines[0]))]
    return [
        (indent + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))).rstrip()
        for row in lines
    ]


def moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def duration(elapsed_ms: float | None) -> str:
    if elapsed_ms is None:
        return ""
    if elapsed_ms < 1000:
        return f"{elapsed_ms:.0f} ms"
    if elapsed_ms < 120_000:
        return f"{elapsed_ms / 1000:.1f} s"
    return f"{elapsed_ms / 60_000:.1f} min"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
