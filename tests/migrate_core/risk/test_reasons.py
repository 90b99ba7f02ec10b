"""The list of codes is whole, in whichever file a code stands."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from migrate_core.risk import here, reasons
from migrate_core.risk.codes import REASONS, ReasonCode

THEMES = [name for _, name, _ in pkgutil.iter_modules(reasons.__path__, f"{reasons.__name__}.")]


def codes_of(module: object) -> set[str]:
    return {value.code for value in vars(module).values() if isinstance(value, ReasonCode)}


def test_a_kind_finds_each_code_whichever_file_it_is_in() -> None:
    given = {code for name in THEMES for code in codes_of(import_module(name))}

    assert codes_of(reasons) == given
    assert given | codes_of(here) == set(REASONS)
    assert len(THEMES) > 1
