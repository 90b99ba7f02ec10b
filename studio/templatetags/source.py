"""SQL, identifiers, hashes and differences: what is read letter by letter."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from threading import Lock

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from pygments import format as format_tokens
from pygments.formatters import HtmlFormatter
from pygments.lexers import PostgresLexer

from studio.display import ObjectDiff, Shown, StageRow
from studio.templatetags.words import mark_invisible

register = template.Library()

LARGEST_COLOURED = 512 * 1024  # bytes; the lexer needs seconds beyond it
CACHE_SIZE = 16 * 1024 * 1024  # characters of coloured text in one process
CONTEXT_LINES = 3
LONGEST_COMPARED = 5000  # lines of one side; the comparison is quadratic at worst


class _Remembered:
    """Coloured texts by hash, the least lately used forgotten first."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, text: str) -> str:
        key = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        coloured = _colour(text)
        with self._lock:
            self._put(key, coloured)
        return coloured

    def _put(self, key: str, coloured: str) -> None:
        self._size += len(coloured) - len(self._texts.pop(key, ""))
        self._texts[key] = coloured
        while self._size > CACHE_SIZE and len(self._texts) > 1:
            self._size -= len(self._texts.popitem(last=False)[1])


_remembered = _Remembered()


def colour_sql(text: str) -> SafeString:
    """`text` as HTML with Pygments' short classes, and hidden characters shown.

    It has as many lines as `text`, and every element ends on the line where it began.
    """
    if len(text.encode(errors="surrogatepass")) > LARGEST_COLOURED:
        return mark_safe(mark_invisible(conditional_escape(text), many_lines=True))
    return mark_safe(_remembered.get(text))


def _colour(text: str) -> str:
    # Not get_tokens(): it rewrites line ends and strips, and what is shown is what would run.
    tokens = ((kind, part) for _at, kind, part in PostgresLexer().get_tokens_unprocessed(text))
    html = format_tokens(tokens, HtmlFormatter(nowrap=True))
    return mark_invisible(html if text.endswith("\n") else html.removesuffix("\n"), many_lines=True)


@register.inclusion_tag("components/_sql.html")
def sql(text: str, caption: str = "", wrap: bool = False) -> dict[str, object]:
    return {"text": text, "html": colour_sql(str(text)), "caption": caption, "wrap": wrap}


@register.inclusion_tag("components/_stage_list.html")
def stage_list(stages: Sequence[StageRow]) -> dict[str, object]:
    return {"stages": stages}


@register.inclusion_tag("components/_command.html")
def command(text: str) -> dict[str, object]:
    return {"text": text}


@register.inclusion_tag("components/_identifier.html")
def identifier(name: object) -> dict[str, object]:
    return {"name": name}


@register.inclusion_tag("components/_hash_value.html")
def hash_value(value: str) -> dict[str, object]:
    return {"value": value}


@register.inclusion_tag("components/_copy_button.html")
def copy_button(text: str, label: str = "Copy") -> dict[str, object]:
    return {"text": text, "label": label}


# Differences -----------------------------------------------------------------------------------


class DiffLine(Shown, frozen=True, kw_only=True):
    sign: str  # "+", "-", " ", or "@" where lines were left out
    html: str
    left: int | None = None  # line numbers
    right: int | None = None


class DiffPair(Shown, frozen=True, kw_only=True):
    left: DiffLine | None
    right: DiffLine | None


def _matched(before: Sequence[str], after: Sequence[str]) -> SequenceMatcher[str]:
    quick = max(len(before), len(after)) > LONGEST_COMPARED
    return SequenceMatcher(None, before, after, autojunk=quick)


class _Side:
    """One text of a comparison: its lines, plain to compare and coloured to show."""

    def __init__(self, text: str) -> None:
        self.plain = text.removesuffix("\n").split("\n") if text else []
        self.coloured = colour_sql(text).split("\n")

    def left(self, sign: str, at: int) -> DiffLine:
        return DiffLine(sign=sign, html=mark_safe(self.coloured[at]), left=at + 1)

    def right(self, sign: str, at: int, left: int | None = None) -> DiffLine:
        return DiffLine(sign=sign, html=mark_safe(self.coloured[at]), left=left, right=at + 1)


def unify(before: str, after: str) -> Iterator[DiffLine]:
    """Lines of a unified difference, with three lines around each change."""
    old, new = _Side(before), _Side(after)
    groups = _matched(old.plain, new.plain).get_grouped_opcodes(CONTEXT_LINES)
    for number, group in enumerate(groups):
        if number:
            yield DiffLine(sign="@", html="")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (new.right(" ", j, left=i1 + j - j1 + 1) for j in range(j1, j2))
            else:
                yield from (old.left("-", i) for i in range(i1, i2))
                yield from (new.right("+", j) for j in range(j1, j2))


def pair(before: str, after: str) -> Iterator[DiffPair]:
    """All lines of both sides, equal ones beside each other."""
    old, new = _Side(before), _Side(after)
    for tag, i1, i2, j1, j2 in _matched(old.plain, new.plain).get_opcodes():
        minus, plus = (" ", " ") if tag == "equal" else ("-", "+")
        for i, j in zip_longest(range(i1, i2), range(j1, j2)):
            yield DiffPair(
                left=None if i is None else old.left(minus, i),
                right=None if j is None else new.right(plus, j),
            )


@register.inclusion_tag("components/_object_diff.html")
def object_diff(diff: ObjectDiff, open: bool = True) -> dict[str, object]:
    lines = list(unify(diff.before, diff.after))
    signs = [line.sign for line in lines]
    return {
        "diff": diff,
        "lines": lines,
        "open": open,
        "added": signs.count("+"),
        "removed": signs.count("-"),
    }


@register.inclusion_tag("components/_side_by_side.html")
def side_by_side(
    before: str, after: str, left: str = "Live", right: str = "Declared"
) -> dict[str, object]:
    pairs = list(pair(before, after))
    equal = all(p.left and p.right and p.left.sign == " " for p in pairs)
    return {"pairs": pairs, "left": left, "right": right, "equal": equal}
