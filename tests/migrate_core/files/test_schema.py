from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from migrate_core.files.schema import migration_schema, schema_text
from migrate_core.operations.registry import kinds

PUBLISHED = Path(__file__).parents[3] / "docs" / "migration.schema.json"
ADD = {"op": "addColumn", "table": "public.users", "column": {"name": "a", "type": "text"}}


def test_the_published_schema_is_the_one_that_the_types_give() -> None:
    """`python -m migrate_core.files.schema > docs/migration.schema.json` writes it anew."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_one_itself_and_knows_every_kind() -> None:
    schema = migration_schema()
    operations = [d["properties"] for d in schema["$defs"].values() if d.get("properties", {})]
    tags = {tag for fields in operations if "op" in fields for tag in fields["op"]["enum"]}

    Draft202012Validator.check_schema(schema)
    assert tags == set(kinds())


@pytest.mark.parametrize(
    "operation",
    [{**ADD, "op": "addColum"}, {**ADD, "x": 1}, {"op": "addColumn"}, {**ADD, "table": 5}],
)
def test_an_editor_refuses_what_the_loader_refuses(operation: dict[str, Any]) -> None:
    validator = Draft202012Validator(json.loads(schema_text()))
    validator.validate({"operations": [ADD]})

    with pytest.raises(ValidationError):
        validator.validate({"operations": [operation]})


def test_every_migration_of_the_demo_fits_the_schema() -> None:
    validator = Draft202012Validator(migration_schema())
    files = sorted((PUBLISHED.parents[1] / "demo" / "migrations").glob("*.yaml"))

    assert files
    for file in files:
        validator.validate(yaml.safe_load(file.read_text(encoding="utf-8")))
