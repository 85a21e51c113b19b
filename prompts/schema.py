"""Holds a model's answer against the part of JSON Schema that our prompts use: type, properties, required, items, enum.

Endpoints promise schema-constrained answers and do not all keep the promise, so the answer is checked here. Mends nothing.
"""

from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def violations(value: Any, schema: dict[str, Any], at: str = "answer") -> Iterator[str]:
    """What is wrong with `value`, in words, depth first; nothing when it fits."""
    kind = schema.get("type")
    if kind is not None and not _is(value, kind):
        yield f"{at} is not of type {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is none of {schema['enum']}"
    if kind == "object":
        properties: dict[str, Any] = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{at} lacks {name}"
        for name, part in value.items():
            if name in properties:
                yield from violations(part, properties[name], f"{at}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{at} has an unknown {name}"
    if kind == "array" and "items" in schema:
        for position, part in enumerate(value):
            yield from violations(part, schema["items"], f"{at}[{position}]")


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
