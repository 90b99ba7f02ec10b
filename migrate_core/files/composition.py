"""A migration file as a tree of nodes, each with its line.

YAML is read event by event, so that what a data file has no need of (anchors, aliases, tags,
several documents, deep nesting) is refused where it stands, before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from migrate_core.errors import MigrationFileError
from migrate_core.files.scalars import Scalar, is_raw_control, resolve

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it


class Node(NamedTuple):
    """`content` is a scalar, a list of nodes or a dict of nodes; lines count from 1."""

    line: int
    content: Scalar | list[Node] | dict[str, Node]
    key_lines: dict[str, int]

    @property
    def value(self) -> Any:
        """Itself as plain Python: what msgspec converts."""
        if isinstance(self.content, dict):
            return {key: node.value for key, node in self.content.items()}
        if isinstance(self.content, list):
            return [node.value for node in self.content]
        return self.content

    def walk(self) -> Iterator[Node]:
        yield self
        if isinstance(self.content, dict):
            children = list(self.content.values())
        else:
            children = self.content if isinstance(self.content, list) else []
        for child in children:
            yield from child.walk()


def decode(data: bytes, *, file: str) -> str:
    """The text of a file.

    Raises:
        MigrationFileError: over 1 MiB, not UTF-8, or with a character that hides something.
    """
    if len(data) > MAX_BYTES:
        raise MigrationFileError(
            f"the file has {len(data):,} bytes",
            file=file,
            detail=f"A migration file may have {MAX_BYTES:,} bytes.",
            hint="Split it into several migrations.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MigrationFileError(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            file=file,
            line=data.count(b"\n", 0, error.start) + 1,
            hint="Save the file as UTF-8.",
        ) from error
    check_characters(text, file=file)
    return text


def check_characters(text: str, *, file: str) -> None:
    at = next((at for at, char in enumerate(text) if is_raw_control(char)), None)
    if at is None:
        return
    code = ord(text[at])
    name = "a NUL byte" if code == 0 else f"the control character U+{code:04X}"
    hint = "Remove it." if code == 0 else f'Remove it, or write it as "\\u{code:04x}".'
    raise MigrationFileError(
        f"the file holds {name}",
        file=file,
        line=text.count("\n", 0, at) + 1,
        detail="What is reviewed would not be what runs.",
        hint=hint,
    )


def compose(text: str, *, file: str) -> Node:
    """The one document of a file.

    Raises:
        MigrationFileError: not YAML, or with something that these files do not use.
    """
    return _Composer(text, file).document()


class _Composer:
    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._events: Iterator[Event] = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Node:
        self._next()  # the stream begins
        start = self._next()
        if isinstance(start, StreamEndEvent):
            self.refuse("the file is empty", 1, "Give it a list of operations.")
        if isinstance(start, DocumentStartEvent) and (start.tags or start.version):
            self.refuse("directives are not used here", _line(start), "Remove the % line.")
        root = self._node(self._next(), depth=1)
        self._next()  # the document ends
        if not isinstance(after := self._next(), StreamEndEvent):
            self.refuse("a second document begins here", _line(after), "One file is one migration.")
        return root

    def refuse(self, problem: str, line: int, hint: str) -> NoReturn:
        raise MigrationFileError(problem, file=self.file, line=line, hint=hint)

    def _next(self) -> Event:
        try:
            return next(self._events)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "the file cannot be read"
            raise MigrationFileError(
                f"not YAML: {problem}",
                file=self.file,
                line=mark.line + 1 if mark else None,
                hint="Check the indentation and the quotes around this line.",
            ) from error

    def _node(self, event: Event, depth: int) -> Node:
        self._check(event, depth)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, depth)
        assert isinstance(event, ScalarEvent)  # all that is left of the grammar
        return Node(_line(event), self._scalar(event), {})

    def _check(self, event: Event, depth: int) -> None:
        line = _line(event)
        if isinstance(event, AliasEvent):
            self.refuse(f"the alias *{event.anchor} is not allowed", line, "Write the value out.")
        if isinstance(event, NodeEvent) and event.anchor:
            self.refuse(f"the anchor &{event.anchor} is not allowed", line, "Write values out.")
        tag: str | None = getattr(event, "tag", None)
        if tag:
            self.refuse(f"the tag {tag} is not allowed", line, "Remove it.")
        if depth > MAX_DEPTH:
            self.refuse(f"nested deeper than {MAX_DEPTH}", line, "No operation needs that.")

    def _scalar(self, event: ScalarEvent) -> Scalar:
        text: str = event.value
        if "\0" in text:
            self.refuse("the text holds a NUL byte", _line(event), "Remove the escape.")
        return text if event.style else resolve(text)

    def _sequence(self, start: Event, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Node(_line(start), items, {})

    def _mapping(self, start: Event, depth: int) -> Node:
        found: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event)
            if key in found:
                self.refuse(
                    f'the key "{key}" stands twice (first on line {lines[key]})',
                    _line(event),
                    "Keep one of them.",
                )
            lines[key] = _line(event)
            found[key] = self._node(self._next(), depth + 1)
        return Node(_line(start), found, lines)

    def _key(self, event: Event) -> str:
        self._check(event, depth=1)
        if not isinstance(event, ScalarEvent):
            self.refuse("a key has to be a word", _line(event), "Quote it if it is text.")
        self._scalar(event)  # refuses a NUL
        key: str = event.value
        return key


def _line(event: Event) -> int:
    mark = event.start_mark
    return int(mark.line) + 1 if mark else 1
