"""Heads: the last event of a record, kept somewhere else as a text that a person can read."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from migrate_core.errors import MisuseError, TamperedError
from migrate_core.schema.objects import Value

TITLE = "Zanith record head"
SIGNED = "signature: hmac-sha256 "
UNSIGNED = "signature: none"


class Head(Value, frozen=True, kw_only=True):
    """The number and the mac of an event: of the last one, when it was taken."""

    seq: int
    mac: str


NOTHING = Head(seq=0, mac="")


def write(head: Head, *, target: str, at: datetime, key: bytes | None) -> str:
    """A line for each fact; the last one signs those above it, where there is a key."""
    facts = {
        "target": target,
        "seq": head.seq,
        "mac": head.mac,
        "taken": at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    lines = [TITLE, *(f"{name}: {value}" for name, value in facts.items())]
    text = "\n".join(" ".join(line.splitlines()) for line in lines) + "\n"
    return text + (SIGNED + _signature(text, key) if key else UNSIGNED) + "\n"


def read(text: str, key: bytes | None) -> Head:
    """The head that write() put down.

    Raises:
        MisuseError: this is no such text.
        TamperedError: it is signed, and not by `key`.
    """
    lines = text.strip().splitlines()
    facts = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    seq, mac = facts.get("seq", ""), facts.get("mac", "")
    if not lines or lines[0] != TITLE or not seq.isascii() or not seq.isdigit() or not mac:
        raise MisuseError(
            "this is not the head of a record",
            hint="Give a file that zanith audit verify --head-out or the studio wrote, or a mac.",
        )
    if key and lines[-1].startswith(SIGNED):
        signed = "\n".join(lines[:-1]) + "\n"
        if not hmac.compare_digest(lines[-1].removeprefix(SIGNED), _signature(signed, key)):
            raise TamperedError(
                "the head's signature does not fit",
                detail="It was edited, or signed with another key.",
                hint="Compare with another copy of it.",
            )
    return Head(seq=int(seq), mac=mac)


def _signature(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
