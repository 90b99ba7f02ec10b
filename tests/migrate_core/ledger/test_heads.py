from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migrate_core.errors import MisuseError, TamperedError
from migrate_core.ledger.heads import Head, read, write

KEY = b"kept elsewhere"
HEAD = Head(seq=41, mac="ab" * 32)
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("key", [KEY, None])
def test_a_head_that_was_written_is_read_back(key: bytes | None) -> None:
    text = write(HEAD, target="shop\nseq: 7", at=AT, key=key)

    assert read(text, key) == HEAD
    assert len(text.splitlines()) == 6


def test_an_edited_head_is_refused_and_so_is_another_key() -> None:
    text = write(HEAD, target="shop", at=AT, key=KEY)

    for other, key in ((text.replace("seq: 41", "seq: 40"), KEY), (text, b"guessed")):
        with pytest.raises(TamperedError):
            read(other, key)


@pytest.mark.parametrize("text", ["", "x", "Zanith record head\nseq: ²\nmac: a", "seq: 1\nmac: a"])
def test_what_is_no_head_is_told(text: str) -> None:
    with pytest.raises(MisuseError, match="not the head"):
        read(text, KEY)
