"""Finding the operation kinds: every module of a family folder is one kind."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache, reduce
from importlib import import_module
from operator import or_
from typing import Any

from migrate_core import operations
from migrate_core.operations.base import Operation
from migrate_core.pg import codec

_DEPTH_OF_A_KIND = 3  # migrate_core.operations.<family>.<kind>


@cache
def kinds() -> Mapping[str, type[Operation]]:
    """Kind name -> class, sorted, so that nothing depends on what was imported first."""
    found: dict[str, type[Operation]] = {}
    for module in pkgutil.walk_packages(operations.__path__, f"{operations.__name__}."):
        if module.ispkg or module.name.count(".") < _DEPTH_OF_A_KIND:
            continue
        loaded = import_module(module.name)
        for thing in vars(loaded).values():
            if _is_kind(thing) and thing.__module__ == module.name:
                found[thing.kind_name()] = thing
    return dict(sorted(found.items()))


def _is_kind(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, Operation) and thing is not Operation


@cache
def family(kind: str) -> str:
    """The folder a kind lies in: `columns` for addColumn."""
    return kinds()[kind].__module__.split(".")[-2]


@cache
def union() -> Any:
    """The tagged union of all kinds: what msgspec decodes an operation as."""
    return reduce(or_, kinds().values())


def make(kind: str, **fields: Any) -> Operation:
    """Build an operation by kind name: how kinds name each other without importing."""
    return kinds()[kind](**fields)


def from_builtins(value: Any) -> Operation:
    """Decode one operation from dicts and lists; strict.

    Raises:
        msgspec.ValidationError: with a path to the field at fault.
    """
    made: Operation = codec.convert(value, union())
    return made
