"""Where the declared files declare an object: what annotations point at.

Read from the statements' first words and the elements of CREATE TABLE, by the lexer alone. What
is not found has no place; a part that is not found has its relation's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrate_core.declared.files import read_file, read_folder
from migrate_core.declared.sources import FileSource, FolderSource, Source
from migrate_core.declared.statements import Command, File, Statement, split
from migrate_core.declared.tables import elements
from migrate_core.errors import DeclaredError
from migrate_core.pg.lexer import tokens
from migrate_core.schema.objects import Value
from migrate_core.schema.refs import WRITTEN_WHOLE, ObjectKind, Ref

_DEFAULT_SCHEMA = "public"  # what an unqualified name means until a SET search_path
# Words between CREATE and the kind of the object.
_NOISE = frozenset(
    {"or", "replace", "global", "local", "temp", "temporary", "unlogged", "unique", "recursive"}
    | {"constraint", "trusted", "procedural", "default"}
)
_BEFORE_NAME = ("concurrently", "if", "not", "exists")
_TEXT_SEARCH = ("parser", "template", "dictionary", "configuration")
# The words of a kind -> what its entries are filed under; the longer ones first.
_KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("foreign", "data", "wrapper"), "foreign-data wrapper"),
    *((("text", "search", word), f"text search {word}") for word in ("parser", "template")),
    *(
        (("text", "search", word), f"text search {word}")
        for word in ("dictionary", "configuration")
    ),
    (("materialized", "view"), "view"),
    (("foreign", "table"), "table"),
    (("event", "trigger"), "event trigger"),
    (("access", "method"), "access method"),
    *(((word,), "routine") for word in ("function", "procedure", "aggregate")),
    *(((word,), "type") for word in ("type", "domain")),
    *(((word,), word) for word in ("table", "view", "sequence", "index", "trigger", "policy")),
    *(((word,), word) for word in ("rule", "schema", "extension", "collation", "statistics")),
    *(((word,), word) for word in ("publication", "server", "language", "conversion")),
)
_TYPES = (
    *(ObjectKind.ENUM, ObjectKind.DOMAIN, ObjectKind.COMPOSITE),
    *(ObjectKind.RANGE, ObjectKind.BASE_TYPE),
)
_WORDS = {
    **dict.fromkeys(_TYPES, "type"),
    ObjectKind.MATERIALIZED_VIEW: "view",
    ObjectKind.FOREIGN_TABLE: "table",
    ObjectKind.PARTITION: "table",
    ObjectKind.INHERITANCE: "table",
    ObjectKind.DEFAULT: "column",
}
_PARTS = frozenset({"column", "constraint", "index", "trigger", "policy", "rule"})
_SCHEMALESS = frozenset(
    {"schema", "extension", "event trigger", "access method", "publication", "server", "language"}
    | {"foreign-data wrapper"}
)
_ON = {"trigger": "on", "policy": "on", "index": "on", "rule": "to"}
_ABOUT = re.compile(r"(?:owner of|privileges on) ")
_SPELLED = re.compile(
    r"(?P<schema>\"(?:[^\"]|\"\")+\"|[^.\"]+)\.(?P<name>\"(?:[^\"]|\"\")+\"|[^.\"]+)"
    r"(?:\.(?P<part>.+))?",
    re.DOTALL,
)
_Key = tuple[str, str, str, str]  # word, schema, name, part


class Place(Value, frozen=True, kw_only=True):
    file: str
    line: int | None = None  # from 1; None: the file as a whole


class Places:
    """The objects that files declare, each by its first statement."""

    def __init__(self, files: Sequence[File] = ()) -> None:
        self._found: dict[_Key, tuple[File, int]] = {}
        self._schema = _DEFAULT_SCHEMA
        self._routines: dict[tuple[str, str], int] = {}
        self._unread: dict[tuple[str, str], Statement] = {}  # tables whose elements are not known
        for file in files:
            for statement in split(file):
                if not isinstance(statement, Command):
                    self._read(statement)

    def of(self, *refs: Ref) -> Place | None:
        """Where the first of `refs` that is there is declared, or else the relation that one of
        them is a part of."""
        for ref in refs:
            self._read_elements(ref.schema, ref.name)
        keys = [list(_keys(ref)) for ref in refs]
        for key in (*(each[0] for each in keys), *(key for each in keys for key in each[1:])):
            if key in self._found and not self._is_overloaded(key):
                file, offset = self._found[key]
                return Place(file=file.name, line=file.place(offset)[0])
        return None

    def _is_overloaded(self, key: _Key) -> bool:
        return key[0] == "routine" and self._routines.get((key[1], key[2]), 0) > 1

    def _read(self, statement: Statement) -> None:
        if statement.begins("set", "search_path") and statement.names[3:4]:
            self._schema = statement.names[3] or self._schema
        elif statement.begins("alter", "table"):
            self._altered(statement)
        elif statement.begins("create"):
            self._created(statement)

    def _created(self, statement: Statement) -> None:
        at = 1
        while statement.keywords[at : at + 1] and statement.keywords[at] in _NOISE:
            at += 1
        for words, word in _KINDS:
            if statement.keywords[at : at + len(words)] == words:
                self._named(statement, word, at + len(words))
                return

    def _named(self, statement: Statement, word: str, at: int) -> None:
        at = _past(statement, at, _BEFORE_NAME)
        schema, name, _ = self._name(statement, at)
        if not name or statement.keywords[at] == "on":  # an index that PostgreSQL names
            return
        if word in _ON:
            self._part(statement, word, name, at)
            return
        self._put((word, "" if word in _SCHEMALESS else schema, name, ""), statement, 0)
        if word == "routine":
            self._routines[schema, name] = self._routines.get((schema, name), 0) + 1
        if word == "table":
            self._unread.setdefault((schema, name), statement)

    def _part(self, statement: Statement, word: str, name: str, at: int) -> None:
        """A trigger, policy, rule or index, which stands on a relation."""
        if _ON[word] not in statement.keywords[at + 1 :]:
            return
        on = statement.keywords.index(_ON[word], at + 1) + 1
        schema, relation, _ = self._name(statement, _past(statement, on, ("only",)))
        if relation:
            self._put((word, schema, relation, name), statement, 0)

    def _altered(self, statement: Statement) -> None:
        at = _past(statement, 2, ("if", "exists", "only"))
        schema, name, at = self._name(statement, at)
        words = statement.keywords
        for here in range(at, len(words) - 1) if name else ():
            begins = here == at or statement.words[here - 1].text == ","
            if words[here] != "add" or not begins:
                continue
            made = "constraint" if words[here + 1] == "constraint" else "column"
            to = _past(statement, here + 1, (made, "if", "not", "exists"))
            if words[to : to + 2] == ("primary", "key"):
                made, part = "constraint", f"{name}_pkey"
            else:
                part = (statement.names[to : to + 1] or ("",))[0] or ""
            offset = statement.words[here].start - statement.start
            self._put((made, schema, name, part), statement, offset)

    def _read_elements(self, schema: str, name: str) -> None:
        """When somebody asks: a schema may have ten thousand tables, a plan has a few."""
        statement = self._unread.pop((schema, name), None)
        if statement is None:
            return
        for element in elements(statement.text, name):
            self._put((element.kind, schema, name, element.name), statement, element.offset)

    def _put(self, key: _Key, statement: Statement, offset: int) -> None:
        self._found.setdefault(key, (statement.file, statement.start + offset))

    def _name(self, statement: Statement, at: int) -> tuple[str, str, int]:
        """Schema and name that stand at `at`, and what comes behind them."""
        names = statement.names[at : at + 3]
        if not names or not names[0]:
            return "", "", at
        if statement.words[at + 1 : at + 2] and statement.words[at + 1].text == ".":
            return names[0], (names[2:] or ("",))[0] or "", at + 3
        return self._schema, names[0], at + 1


def places_in(source: Source | None) -> Places:
    """Of a folder or a file; other sources have no lines. Never fails: what is wrong with the
    files is said by what loads them."""
    try:
        if isinstance(source, FolderSource):
            return Places(read_folder(source.path))
        if isinstance(source, FileSource):
            return Places(read_file(source.path))
    except DeclaredError:
        pass
    return Places()


def ref_named(text: str) -> Ref | None:
    """The object that a report names: `column public.users.email`, `owner of table public.t`."""
    text = _ABOUT.sub("", text, count=1)
    kinds = [kind for kind in ObjectKind if text.startswith(f"{kind} ")]
    if not kinds:
        return None
    kind = max(kinds, key=len)
    name = text.removeprefix(f"{kind} ")
    if _word(kind) in _SCHEMALESS or kind is ObjectKind.ROUTINE:
        return Ref(kind, name=name)
    match = _SPELLED.fullmatch(name)
    if match is None:
        return None
    return Ref(kind, _bare(match["schema"]), _bare(match["name"]), match["part"] or "")


def _keys(ref: Ref) -> Iterator[_Key]:
    word = _word(ref.kind)
    if word in _PARTS:
        yield word, ref.schema, ref.name, ref.part
        yield from ((w, ref.schema, ref.name, "") for w in ("table", "view"))
        return
    schema, name = ref.schema, ref.name
    if ref.kind in WRITTEN_WHOLE:
        schema, name = _whole(name)
    yield word, "" if word in _SCHEMALESS else schema, name, ""


def _word(kind: ObjectKind) -> str:
    return _WORDS.get(kind, str(kind))


def _whole(text: str) -> tuple[str, str]:
    """Schema and name of what is written whole: `public.f(integer)`, `"My Type"`."""
    names: list[str] = []
    for token in tokens(text):
        if token.name is not None:
            names.append(token.name)
        elif token.text != ".":
            break
    return ("", names[0]) if len(names) == 1 else (names[0], names[1]) if names else ("", "")


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _past(statement: Statement, at: int, words: tuple[str, ...]) -> int:
    while statement.keywords[at : at + 1] and statement.keywords[at] in words:
        at += 1
    return at
