from __future__ import annotations

import pytest

from studio.boards.change import script
from studio.models import Target
from tests.studio.conftest import MakeChange

pytestmark = pytest.mark.django_db


def test_each_statement_of_the_script_stands_once(target: Target, make_change: MakeChange) -> None:
    text = script(make_change(target))

    assert text.count("UPDATE public.users SET last_login = created_at") == 1
    assert text.count("ADD COLUMN last_login") == 1
    assert "IS NULL;  -- in batches\n" in text
    assert text.index("-- step 1: addColumn") < text.index("-- step 3: backfill")
