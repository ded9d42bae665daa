from __future__ import annotations

from typing import Annotated, Any, Literal

import jsonschema
import msgspec
import pytest
from msgspec import Meta

from servers.runtime.schema import object_schema, terse


class Edit(msgspec.Struct, forbid_unknown_fields=True):
    """One edit."""

    old: Annotated[str, Meta(description="What is there", min_length=1)]
    title: str = ""


class Arguments(msgspec.Struct, forbid_unknown_fields=True):
    path: Annotated[str, Meta(description="Where")]
    edits: Annotated[list[Edit], Meta(min_length=1, max_length=3)]
    mode: Annotated[Literal["a", "b"], Meta(description="How")] = "a"
    extra: str | msgspec.UnsetType = msgspec.UNSET
    by_name: dict[str, Edit] = {}


class Holding(msgspec.Struct):
    inner: Holding | msgspec.UnsetType = msgspec.UNSET


class Nullable(msgspec.Struct):
    name: str | None = None


def every_node(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return [node, *[found for value in node.values() for found in every_node(value)]]
    if isinstance(node, list):
        return [found for value in node for found in every_node(value)]
    return []


SCHEMA = object_schema(Arguments)


def test_a_schema_is_a_valid_one_of_an_object() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert (SCHEMA["type"], SCHEMA["required"], SCHEMA["additionalProperties"]) == ("object", ["path", "edits"], False)


def test_nothing_refers_elsewhere_and_no_default_is_null() -> None:
    for node in every_node(SCHEMA):
        assert "$ref" not in node
        assert "anyOf" not in node
        assert node.get("default", 0) is not None


def test_titles_are_left_out_but_a_property_may_be_called_so() -> None:
    edit = SCHEMA["properties"]["edits"]["items"]
    assert "title" not in SCHEMA
    assert "title" not in edit
    assert "title" in edit["properties"]


@pytest.mark.parametrize(
    ("arguments", "valid"),
    [
        ({"path": "a", "edits": [{"old": "x"}]}, True),
        ({"path": "a", "edits": []}, False),
        ({"path": "a", "edits": [{"old": ""}]}, False),
        ({"path": "a", "edits": [{"old": "x", "new": 1}]}, False),
        ({"path": "a", "edits": [{"old": "x"}], "mode": "c"}, False),
        ({"path": "a", "edits": [{"old": "x"}], "by_name": {"n": {"old": "y"}}}, True),
        ({"path": "a", "edits": [{"old": "x"}], "by_name": {"n": 1}}, False),
    ],
)
def test_a_schema_says_what_the_decoder_takes(arguments: dict[str, Any], valid: bool) -> None:
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(arguments) is valid
    if valid:
        msgspec.convert(arguments, Arguments)
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(arguments, Arguments)


def test_what_clients_cannot_take_is_refused_when_the_schema_is_made() -> None:
    with pytest.raises(TypeError, match="null"):
        object_schema(Nullable)
    with pytest.raises(TypeError, match="holds itself"):
        object_schema(Holding)


def test_a_terse_schema_keeps_what_a_model_chooses_by() -> None:
    found = terse(SCHEMA)
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["required"] == ["path", "edits"]
    assert found["properties"]["mode"] == {"description": "How", "enum": ["a", "b"], "default": "a"}
    assert found["properties"]["path"] == {"description": "Where", "type": "string"}
    assert "additionalProperties" not in found
    assert not {"minItems", "maxItems", "minLength"} & {key for node in every_node(found) for key in node}


def test_a_terse_schema_has_no_default_that_says_nothing() -> None:
    class Plain(msgspec.Struct, forbid_unknown_fields=True):
        limit: Annotated[int, Meta(ge=1, le=9)] = 5
        cursor: str = ""
        all: bool = False
        on: bool = True

    assert terse(object_schema(Plain)) == {
        "type": "object",
        "properties": {
            "limit": {"type": "integer", "default": 5},
            "cursor": {"type": "string"},
            "all": {"type": "boolean"},
            "on": {"type": "boolean", "default": True},
        },
    }
