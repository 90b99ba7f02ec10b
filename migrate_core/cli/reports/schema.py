"""The JSON Schema of what plan, verify and drift print with --format json.

`python -m migrate_core.cli.reports.schema > docs/report.schema.json` writes it anew.
"""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

from migrate_core.cli.reports.documents import DOCUMENTS, VERSION
from migrate_core.pg import codec


def report_schema() -> dict[str, Any]:
    """JSON Schema of what the three commands print, made from the very types they print."""
    documents, definitions = codec.json_schemas(DOCUMENTS)
    named = {name: _described(definition) for name, definition in definitions.items()}
    for kind in DOCUMENTS:
        named[kind.__name__]["properties"]["version"] = {"const": VERSION}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Zanith report",
        "description": f"Version {VERSION} of what plan, verify and drift print with --format json."
        " A field that holds its default is left out.",
        "anyOf": list(documents),
        "$defs": named,
    }


def _described(definition: dict[str, Any]) -> dict[str, Any]:
    if "description" not in definition:
        return definition
    return {**definition, "description": inspect.cleandoc(definition["description"])}


def schema_text() -> str:
    return json.dumps(report_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
