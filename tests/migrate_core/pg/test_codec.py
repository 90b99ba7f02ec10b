from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from migrate_core.pg.codec import (
    canonical,
    convert,
    decode,
    digest,
    encode,
    json_schema,
    to_builtins,
)
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Identity, Policy, Sequence, SequenceOptions
from tests.strategies import graphs

NAME = QualifiedName("public", "Counter")


@given(graphs())
def test_a_graph_reads_back_as_itself(graph: SchemaGraph) -> None:
    assert decode(encode(graph), SchemaGraph) == graph
    assert convert(to_builtins(graph), SchemaGraph) == graph


@given(graphs())
def test_equal_graphs_have_equal_bytes(graph: SchemaGraph) -> None:
    again = decode(encode(graph), SchemaGraph)

    assert canonical(again) == canonical(graph)
    assert digest(again) == digest(graph)


@pytest.mark.parametrize(
    ("written", "built"),
    [
        (
            '{"name":"public.\\"Counter\\"","options":{"type":"bigint","max":9223372036854775807}}',
            Sequence(name=NAME),
        ),
        (
            '{"always":true,"sequence":"public.\\"Counter\\"","options":{"start":1}}',
            Identity(always=True, sequence=NAME),
        ),
        ('{"name":"p","roles":["public"],"command":"all"}', Policy(name="p")),
        ('{"type":"bigint"}', SequenceOptions()),
    ],
)
def test_a_default_that_was_written_out_has_the_same_digest(
    written: str, built: msgspec.Struct
) -> None:
    """msgspec leaves out what *is* the default, not what equals it."""
    read = decode(written, type(built))

    assert read == built
    assert digest(read) == digest(built)


@pytest.mark.parametrize(
    "data",
    [
        '{"name": "users"}',
        '{"name": 7}',
        '{"name": "public.users", "colour": "red"}',
        '{"name": "public.users", "options": {"start": "1"}}',
        '{"name": "public.' + "x" * 64 + '"}',
    ],
)
def test_what_does_not_fit_is_refused(data: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(data, Sequence)


def test_numbers_are_no_texts_and_no_truths() -> None:
    with pytest.raises(msgspec.ValidationError):
        convert({"always": 1, "sequence": "a.b"}, Identity)


def test_a_qualified_name_is_text_in_the_schema() -> None:
    found = json_schema(Sequence)

    assert found["$defs"]["Sequence"]["properties"]["name"]["type"] == "string"
