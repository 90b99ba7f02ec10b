"""Plain scalars of a migration file, by the core schema of YAML 1.2.

YAML 1.1 reads `on`, `no`, `yes` and `off` as booleans, `12:30` as a number and `2024-01-01`
as a date: all of them are names or SQL here, so they stay text.
Source: YAML 1.2.2 specification, 10.3.2 "Tag Resolution".
"""

from __future__ import annotations

import re

Scalar = None | bool | int | float | str

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    re.ASCII,
)

# What readers of YAML 1.1 take for something else than text: the dumper quotes it.
_OLD_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

# Text that is the same plain or quoted wherever it stands: it starts like a word and holds
# nothing that YAML gives a meaning to.
_PLAIN = re.compile(r"[A-Za-z_][^\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029]*")
_PLAIN_IN_FLOW = re.compile(r"[A-Za-z_][A-Za-z0-9_ ./$()-]*", re.ASCII)

# Characters that reorder or hide what stands beside them: what is reviewed would not be what runs.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HIDDEN = BIDI | {"\ufeff", "\u2028", "\u2029", "\ufffe", "\uffff"}


def resolve(text: str) -> Scalar:
    """What an unquoted scalar means."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text) if text.lstrip("+-").isdigit() else int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(re.sub(r"\.(?=[a-z])", "", text.lower()))
    return text


def is_raw_control(char: str) -> bool:
    """Whether a character must not stand in a file as it is, only escaped in double quotes."""
    code = ord(char)
    if code < 0x20:
        return char not in "\t\n\r"
    return 0x7F <= code <= 0x9F or char in _HIDDEN or 0xD800 <= code <= 0xDFFF


def write(text: str, *, in_flow: bool = False) -> str:
    """A one-line scalar that reads back as `text`, with quotes only where it needs them."""
    if _may_be_plain(text, in_flow):
        return text
    if not _is_printable(text):
        return _double(text)
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def may_be_block(text: str) -> bool:
    """Whether `|` can hold it: several lines, nothing that needs an escape."""
    return "\n" in text.rstrip("\n") and _is_printable(text.replace("\n", "").replace("\t", ""))


def _may_be_plain(text: str, in_flow: bool) -> bool:
    pattern = _PLAIN_IN_FLOW if in_flow else _PLAIN
    if not pattern.fullmatch(text) or text.lower() in _OLD_WORDS or not _is_printable(text):
        return False
    return not (": " in text or " #" in text or text[-1] in ": ")


def _is_printable(text: str) -> bool:
    return not any(char in "\t\r\n" or is_raw_control(char) for char in text)


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _double(text: str) -> str:
    return '"' + "".join(_escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if not is_raw_control(char):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
