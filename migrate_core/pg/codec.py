"""Values to JSON and back: one place that knows how a QualifiedName is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from migrate_core.errors import InvalidNameError
from migrate_core.pg.names import QualifiedName

T = TypeVar("T")


def _write(value: Any) -> Any:
    if isinstance(value, QualifiedName):
        return str(value)
    if isinstance(value, str):  # Raw, which is SQL text like any other once it is written down
        return str(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _read(kind: type, value: Any) -> Any:
    if kind is QualifiedName:
        if not isinstance(value, str):
            raise TypeError("Expected a schema-qualified name")
        try:
            return QualifiedName.parse(value)
        except InvalidNameError as error:
            raise ValueError(error.message) from error
    raise TypeError(f"no value of {kind.__name__} in JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=_write)
_CANONICAL = msgspec.json.Encoder(enc_hook=_write, order="deterministic")


def encode(value: Any) -> bytes:
    return _ENCODER.encode(value)


def decode(data: bytes | str, kind: type[T]) -> T:
    """Raises msgspec.ValidationError where the data does not fit `kind`."""
    return msgspec.json.decode(data, type=kind, dec_hook=_read)


def canonical(value: Any) -> bytes:
    """The same bytes for equal values: what checksums and fingerprints are taken of."""
    return _CANONICAL.encode(value)


def digest(value: Any) -> str:
    """sha256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def to_builtins(value: Any) -> Any:
    """Dicts, lists, text and numbers only, as JSON and YAML would give them back."""
    return msgspec.json.decode(encode(value))


def convert(value: Any, kind: Any) -> Any:
    """Strict: a number is not a text, `1` is not `true`."""
    return msgspec.convert(value, kind, dec_hook=_read, strict=True)


def json_schema(kind: Any) -> dict[str, Any]:
    return msgspec.json.schema(kind, schema_hook=_schema)


def json_schemas(kinds: Iterable[Any]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """Of several types: a reference to each, and what they refer to."""
    return msgspec.json.schema_components(kinds, schema_hook=_schema, ref_template="#/$defs/{name}")


def _schema(custom: type) -> dict[str, Any]:
    if custom is QualifiedName:
        return {"type": "string", "description": "schema.name, quoted where SQL would"}
    raise TypeError(f"no JSON Schema for {custom.__name__}")
