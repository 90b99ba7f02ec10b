"""Splitting a file into statements, and nothing above that.

A statement ends where psql would end it: at a semicolon outside literals, comments and
parentheses, and outside the BEGIN ATOMIC body of a function. Source: PostgreSQL's psqlscan.l.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import cached_property

from msgspec import Struct

from migrate_core.errors import DeclaredError
from migrate_core.pg.lexer import Lex, Token, UnterminatedError, tokens

# Commands of psql that change nothing in a schema; pg_dump writes the first three.
IGNORED_COMMANDS = frozenset(
    {"restrict", "unrestrict", "connect", "c", "set", "unset", "echo", "qecho", "warn", "pset"}
    | {"timing", "encoding", "x", "a", "t"}
)
_BLANK = (Lex.SPACE, Lex.COMMENT)


class File(Struct, frozen=True):
    """One file of a declared schema, its line ends made `\\n`."""

    name: str
    text: str

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character."""
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - self.text.rfind("\n", 0, offset)

    def error(
        self, offset: int, message: str, *, detail: str = "", hint: str = ""
    ) -> DeclaredError:
        line, column = self.place(offset)
        return DeclaredError(
            message, file=self.name, line=line, column=column, detail=detail, hint=hint
        )


class Statement(Struct, frozen=True, dict=True):
    """One statement: `text` is what stands in the file from `start` on, so that a position
    PostgreSQL reports in it can be found in the file."""

    file: File
    start: int
    text: str
    words: tuple[Token, ...]  # its tokens outside parentheses, without space and comments

    @cached_property
    def names(self) -> tuple[str | None, ...]:
        """What each token reads as: a keyword or name in lower case unless quoted."""
        return tuple(token.name for token in self.words)

    @cached_property
    def keywords(self) -> tuple[str, ...]:
        """As `names`, but a quoted name is no keyword: it reads as ''."""
        return tuple(t.text.lower() if t.lex is Lex.WORD else "" for t in self.words)

    def begins(self, *phrase: str) -> bool:
        return self.keywords[: len(phrase)] == phrase

    def error(
        self, message: str, *, at: int = 0, detail: str = "", hint: str = ""
    ) -> DeclaredError:
        return self.file.error(self.start + at, message, detail=detail, hint=hint)


class Command(Struct, frozen=True):
    """A backslash command of psql that was passed over."""

    file: File
    start: int
    name: str


def split(file: File) -> Iterator[Statement | Command]:
    """The statements of a file, one after the other, and psql's commands between them.

    Raises:
        DeclaredError: something in it has no end, or is a psql command that matters.
    """
    scanner = _Scanner(file)
    try:
        yield from scanner.run()
    except UnterminatedError as error:
        raise file.error(error.start, error.message, hint=error.hint) from error


class _Scanner:
    def __init__(self, file: File) -> None:
        self.file = file
        self.words: list[Token] = []
        self.parentheses = 0
        self.atomic = 0  # how deep in BEGIN ATOMIC ... CASE ... END
        self.blanked: list[tuple[int, int]] = []  # psql commands inside the statement

    def run(self) -> Iterator[Statement | Command]:
        at: int | None = 0
        while at is not None:
            at = yield from self._until_command(at)
        if self.words:
            yield self._finish(len(self.file.text))

    def _until_command(self, start: int) -> Generator[Statement | Command, None, int | None]:
        """Returns the offset to go on at after a psql command."""
        for token in tokens(self.file.text, start):
            if token.lex in _BLANK:
                continue
            if token.text == "\\":
                command, end = self._command(token.start)
                yield command
                return end
            if self._ends(token):
                if self.words:
                    yield self._finish(token.start)
                continue
            if not self.parentheses:
                self.words.append(token)
            self._count(token)
        return None

    def _ends(self, token: Token) -> bool:
        return token.text == ";" and not self.parentheses and not self.atomic

    def _count(self, token: Token) -> None:
        if token.lex is Lex.OTHER:
            step = {"(": 1, ")": -1}.get(token.text, 0)
            self.parentheses = max(0, self.parentheses + step)
        elif token.lex is Lex.WORD and not self.parentheses and self._makes_routine():
            self._count_body(token.text.lower())

    def _count_body(self, word: str) -> None:
        before = self.words[-2].text.lower() if len(self.words) > 1 else ""
        if (word == "atomic" and before == "begin") or (word == "case" and self.atomic):
            self.atomic += 1
        elif word == "end" and self.atomic:
            self.atomic -= 1

    def _makes_routine(self) -> bool:
        head = [token.text.lower() for token in self.words[:4]]
        if head[1:3] == ["or", "replace"]:
            head = [head[0], *head[3:]]
        return head[:1] == ["create"] and head[1:2] in (["function"], ["procedure"])

    def _finish(self, end: int) -> Statement:
        start = self.words[0].start
        text = self.file.text[start:end]
        for begin, stop in self.blanked:
            if begin >= start:
                blank = " " * (stop - begin)
                text = text[: begin - start] + blank + text[stop - start :]
        made = Statement(self.file, start, text, tuple(self.words))
        self.words, self.parentheses, self.atomic, self.blanked = [], 0, 0, []
        return made

    def _command(self, start: int) -> tuple[Command, int]:
        end = self.file.text.find("\n", start)
        end = len(self.file.text) if end < 0 else end
        line = self.file.text[start:end]
        name = line[1:].split(maxsplit=1)[0] if line[1:].strip() else ""
        if name not in IGNORED_COMMANDS or "\\\\" in line:
            raise self.file.error(
                start,
                f"psql's command \\{name} is not carried out here",
                detail="Passing over it would load another schema than psql does.",
                hint="Declare plain SQL: let the folder hold the files that \\i would read.",
            )
        self.blanked.append((start, end))
        return Command(self.file, start, name), end
