"""JSON shapes out of the types of frozen values, as `as_json` writes these: decimals and days as text, tuples as lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Json = dict[str, Any]
_PLAIN: dict[Any, Json] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Decimal: {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "description": "A decimal number."},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def shape_of(kind: Any) -> Json:
    """The shape of a type; what is neither a plain value, a sequence, a choice nor a dataclass may be anything."""
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return {"anyOf": [shape_of(one) for one in inner]}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (list, tuple, Sequence):
        return _sequence(origin, inner)
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": shape_of(inner[1])}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return record(**{one.name: shape_of(hints[one.name]) for one in fields(kind)})
    return {}


def _sequence(origin: Any, inner: tuple[Any, ...]) -> Json:
    if origin is tuple and Ellipsis not in inner:
        # one shape for all places: readers of OpenAPI 3.1 differ in what they make of prefixItems
        each = [shape_of(one) for one in dict.fromkeys(inner)]
        items = each[0] if len(each) == 1 else {"anyOf": each}
        return {"type": "array", "items": items, "minItems": len(inner), "maxItems": len(inner)}
    return {"type": "array", "items": shape_of(inner[0])}


def record(**properties: Json) -> Json:
    """An object that has at least these."""
    return {"type": "object", "required": sorted(properties), "properties": properties}


def returned(by: Callable[..., Any]) -> Json:
    """The shape of what a function answers with."""
    return shape_of(get_type_hints(by)["return"])


def listed(shape: Json) -> Json:
    return {"type": "array", "items": shape}


def with_more(shape: Json, **properties: Json) -> Json:
    """The same object with these beside."""
    return record(**shape["properties"], **properties)
