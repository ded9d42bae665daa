"""JSON Schemas of tool arguments and results, in the shape that every known client takes.

msgspec derives them; here references are put in place ($ref is not followed everywhere), titles and `default: null` are left out
(some clients take a null default for a required argument), and a union with null is refused: leave such an argument out instead.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

_PREFIX = "#/$defs/"


def object_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of `struct`: an object, without `$ref`. Raises TypeError for null unions and for structs that hold themselves."""
    (root,), components = msgspec.json.schema_components((struct,), ref_template=_PREFIX + "{name}")
    placed = _place(root, components, ())
    return {"type": "object", **{key: value for key, value in placed.items() if key not in ("type", "description")}}


def _place(node: dict[str, Any], components: dict[str, Any], above: tuple[str, ...]) -> dict[str, Any]:
    reference = node.get("$ref")
    if reference is not None:
        name = reference.removeprefix(_PREFIX)
        if name in above:
            raise TypeError(f"{name} holds itself, which a schema without references cannot say")
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**_place(components[name], components, (*above, name)), **beside}
    if any(part == {"type": "null"} for part in node.get("anyOf", ())):
        raise TypeError("an argument that may be null is shown wrongly by clients: give it a default that is not None")
    return {
        key: _place_value(key, value, components, above)
        for key, value in node.items()
        if key != "title" and not (key == "default" and value is None)
    }


def _place_value(key: str, value: Any, components: dict[str, Any], above: tuple[str, ...]) -> Any:
    if key in ("properties", "patternProperties"):
        return {name: _place(one, components, above) for name, one in value.items()}
    if key in ("default", "enum", "const", "examples", "required"):
        return value
    if isinstance(value, dict):
        return _place(cast("dict[str, Any]", value), components, above)
    if isinstance(value, list):
        return [
            _place(cast("dict[str, Any]", one), components, above) if isinstance(one, dict) else one
            for one in cast("list[Any]", value)
        ]
    return value


_BOUNDS = ("minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength")


def terse(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema` without what a model does not choose by: bounds (the decoder refuses in words what is beyond them), defaults that
    say nothing, and that nothing else is taken. A server of many tools would cost every conversation twice as much otherwise."""
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _BOUNDS or (key == "additionalProperties" and value is False) or (key == "required" and not value):
            continue
        if key == "default" and value in ("", False, 0, []):
            continue
        if key == "properties":
            found[key] = {name: terse(one) for name, one in value.items()}
        else:
            found[key] = terse(cast("dict[str, Any]", value)) if isinstance(value, dict) else value
    return found
