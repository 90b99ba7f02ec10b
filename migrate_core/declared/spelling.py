"""One schema's name written as another's, token by token, and back again.

The other name is fresh and random, so writing it back restores any text exactly: what is
compared is never changed by the mapping. What the mapping misses (a name put together at run
time) meets the real schema, where the rehearsal's login has no right to change anything.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct

from migrate_core.errors import ShadowError
from migrate_core.pg import codec
from migrate_core.pg.lexer import Lex, Token, UnterminatedError, tokens
from migrate_core.pg.names import QualifiedName, quote_ident

T = TypeVar("T")
_BLANK = (Lex.SPACE, Lex.COMMENT)
_FILLING = frozenset({"if", "not", "exists"})


class Spelling(Struct, frozen=True):
    """`real` is written `scratch`; both need no quotes."""

    real: str
    scratch: str
    apart: frozenset[str] = frozenset()  # names in `real` that extensions put there: they stay

    def there(self, sql: str) -> str:
        """SQL that speaks of `real`, made to speak of `scratch`."""
        found = [token for token in tokens(sql) if token.lex not in _BLANK]
        changed = {token.start: new for token, new in self._changes(found)}
        return "".join(changed.get(token.start, token.text) for token in tokens(sql))

    def back(self, text: str) -> str:
        """Text that speaks of `scratch`, under either of its spellings, as of `real`."""
        return text.replace(self.scratch, self.real).replace(visible(self.scratch), self.real)

    def value_back(self, value: T) -> T:
        """A value with every text in it written back."""
        return codec.decode(self.back(codec.encode(value).decode()), type(value))

    def name_there(self, name: QualifiedName) -> QualifiedName:
        return QualifiedName(self.scratch, name.name) if name.schema == self.real else name

    def _changes(self, found: list[Token]) -> list[tuple[Token, str]]:
        paths = _path_items(found)
        changes = []
        for at, token in enumerate(found):
            if token.lex is Lex.STRING:
                new = self._string(token.text, whole=at in paths)
                if new != token.text:
                    changes.append((token, new))
            elif token.name == self.real and (at in paths or self._is_schema(found, at)):
                changes.append((token, self.scratch))
        return changes

    def _is_schema(self, found: list[Token], at: int) -> bool:
        if at and found[at - 1].text == ".":
            return False
        if at + 2 < len(found) and found[at + 1].text == ".":
            return found[at + 2].name not in self.apart
        before = at - 1
        while before >= 0 and found[before].text.lower() in _FILLING:
            before -= 1
        return before >= 0 and found[before].text.lower() == "schema"

    def _string(self, text: str, *, whole: bool) -> str:
        """A constant may hold a name (regclass), a path, or the body of a function."""
        if self.real not in text:
            return text
        if text.startswith("$"):
            tag = text[: text.index("$", 1) + 1]
            return f"{tag}{self._inside(text[len(tag) : -len(tag)])}{tag}"
        if not text.startswith("'"):
            return text
        inner = text[1:-1].replace("''", "'")
        if whole:
            inner = ", ".join(
                self.scratch if part.strip().strip('"') == self.real else part.strip()
                for part in inner.split(",")
            )
        return "'" + self._inside(inner).replace("'", "''") + "'"

    def _inside(self, text: str) -> str:
        try:
            return self.there(text)
        except UnterminatedError:
            return text  # no SQL: a text in some language


def spelling(real: str, scratch: str, apart: frozenset[str] = frozenset()) -> Spelling:
    """
    Raises:
        ShadowError: the schema's name needs quotes, and a text cannot be written back surely.
    """
    if quote_ident(real) != real:
        raise ShadowError(
            f'an ephemeral schema cannot stand for "{real}"',
            detail="Its name needs quotes, so texts that hold it cannot be mapped surely.",
            hint="Give the shadow a login that may create databases.",
        )
    return Spelling(real, scratch, apart)


def visible(scratch: str) -> str:
    """The spelling under which introspection does not pass it over."""
    return scratch.removeprefix("_")


def _path_items(found: list[Token]) -> frozenset[int]:
    """Where the items of a search_path stand: SET, a function's SET, set_config()."""
    items = set()
    for at, token in enumerate(found):
        if token.lex is Lex.STRING and token.text.strip("'").lower() == "search_path":
            items |= {at + 2} if at + 2 < len(found) and found[at + 1].text == "," else set()
        if token.name != "search_path" or at + 2 >= len(found):
            continue
        if found[at + 1].text not in ("=",) and found[at + 1].text.lower() != "to":
            continue
        here = at + 2
        items.add(here)
        while here + 2 < len(found) and found[here + 1].text == ",":
            here += 2
            items.add(here)
    return frozenset(items)
