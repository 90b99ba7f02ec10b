"""Writing YAML as a person would: `|` for SQL of several lines, quotes only where needed.

Byte for byte the same for the same value: the order is the values' own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrate_core.files.scalars import may_be_block, write

_FLOW_WIDTH = 72
_INDENT = "  "


def dump_mapping(value: Mapping[str, Any]) -> str:
    """A block mapping of dicts, lists, text, numbers, booleans and None."""
    return "".join(f"{line}\n" for line in _mapping(value))


def _mapping(value: Mapping[str, Any]) -> Iterator[str]:
    for key, item in value.items():
        yield from _entry(f"{write(key)}:", item, step=_INDENT)


def _entry(head: str, item: Any, *, step: str) -> Iterator[str]:
    """`head` and the value: on the same line, or indented below it."""
    if isinstance(item, Mapping) and item:
        yield head
        yield from (_indent(step, line) for line in _mapping(item))
    elif isinstance(item, (list, tuple)) and item:
        yield from _list(head, item, step)
    elif isinstance(item, str) and may_be_block(item):
        yield f"{head} {_block_sign(item)}"
        yield from (_indent(step, line) for line in item.removesuffix("\n").split("\n"))
    else:
        yield f"{head} {_scalar(item)}"


def _list(head: str, items: Sequence[Any], step: str) -> Iterator[str]:
    flow = _flow(items)
    if flow is not None and len(head) + len(flow) < _FLOW_WIDTH:
        yield f"{head} {flow}"
        return
    yield head
    for item in items:
        yield from (_indent(step, line) for line in _item(item))


def _item(item: Any) -> Iterator[str]:
    """One element of a block list; a mapping starts on the dash's own line."""
    if isinstance(item, Mapping) and item:
        lines = _mapping(item)
        yield f"- {next(lines)}"
        yield from (_indent(_INDENT, line) for line in lines)
    else:
        yield from _entry("-", item, step=_INDENT)


def _flow(items: Sequence[Any]) -> str | None:
    """`[a, b]`, where every item is a short scalar."""
    if not all(item is None or isinstance(item, (str, bool, int, float)) for item in items):
        return None
    return f"[{', '.join(_scalar(item, in_flow=True) for item in items)}]"


def _scalar(item: Any, *, in_flow: bool = False) -> str:
    if isinstance(item, str):
        return write(item, in_flow=in_flow)
    if item is None or isinstance(item, bool):
        return {None: "null", True: "true", False: "false"}[item]
    if isinstance(item, (int, float)):
        return repr(item)
    return {dict: "{}"}.get(type(item), "[]")


def _block_sign(text: str) -> str:
    """`|`, with the indentation where the text itself begins with a space, and what becomes
    of the line ends at its end."""
    indentation = str(len(_INDENT)) if text[0] in " \n\t" else ""
    ends = len(text) - len(text.rstrip("\n"))
    keep = ("-", "", "+")[min(ends, 2)]
    return f"|{indentation}{keep}"


def _indent(step: str, line: str) -> str:
    return step + line if line else ""
