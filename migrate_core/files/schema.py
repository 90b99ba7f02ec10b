"""The JSON Schema of migration files: what editors complete and check against."""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

from migrate_core.operations.registry import union
from migrate_core.pg import codec

SCHEMA_FILE = "migration.schema.json"


def migration_schema() -> dict[str, Any]:
    """Of one migration file, made from the very types that load it."""
    operations = codec.json_schema(union())
    definitions = {name: _described(d) for name, d in operations.pop("$defs", {}).items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Zanith migration",
        "type": "object",
        "required": ["operations"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string"},
            "needs": {"type": "string"},
            "operations": {"type": "array", "minItems": 1, "items": operations},
        },
        "$defs": definitions,
    }


def _described(definition: dict[str, Any]) -> dict[str, Any]:
    """With a docstring as Python 3.13 keeps it: older ones leave its indentation in."""
    if "description" not in definition:
        return definition
    return {**definition, "description": inspect.cleandoc(definition["description"])}


def schema_text() -> str:
    return json.dumps(migration_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
