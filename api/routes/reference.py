"""What stands under /api/v1: the OpenAPI document for programs, and the same as a page to read. No asset comes from elsewhere."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.openapi import document
from api.pages import page
from api.security import Who, reading
from workspace.pages.head import waiting

router = APIRouter(include_in_schema=False)
Json = dict[str, Any]


@router.get("/api/v1/openapi.json")
def openapi(request: Request, who: Who) -> JSONResponse:
    """The document, OpenAPI 3.1."""
    return JSONResponse(document(request.app))


@router.get("/api/openapi.json")
def openapi_before(request: Request, who: Who) -> JSONResponse:
    """The same under its first address."""
    return JSONResponse(document(request.app))


@router.get("/api")
def reference(request: Request, who: Who) -> Response:
    """Every route by what it is about."""
    made = document(request.app)
    groups: dict[str, list[Json]] = {tag["name"]: [] for tag in made["tags"]}
    for path, item in made["paths"].items():
        for method, told in item.items():
            groups[told["tags"][0]].append(_operation(made, method, path, told))
    with reading(request, who) as scope:
        waits = waiting(scope)
    return page(request, "reference.html", who=who, waiting=waits, groups=groups, about=made["info"]["description"])


def _operation(made: Json, method: str, path: str, told: Json) -> Json:
    body = told.get("requestBody", {}).get("content", {})
    fields = [one for kind in body.values() for one in _fields(made, kind["schema"])]
    good = [status for status in told["responses"] if status.startswith("2")]
    answer = told["responses"][good[0]].get("content", {}) if good else {}
    shape = next((_named(kind.get("schema", {})) for kind in answer.values()), "nothing")
    asked = [one for one in told.get("parameters", ()) if one["in"] in ("path", "query")]
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "path": path,
        "text": told.get("description", ""),
        "asked": [
            {"name": one["name"], "where": one["in"], "needed": one["required"], "shape": _named(one["schema"])}
            for one in asked
        ],
        "fields": fields,
        "answer": f"{good[0] if good else '–'}: {shape}",
    }


def _fields(made: Json, schema: Json) -> list[Json]:
    name = schema.get("$ref", "").rpartition("/")[2]
    whole = made["components"]["schemas"].get(name, schema)
    needed = whole.get("required", ())
    return [
        {"name": one, "shape": _named(shape), "needed": one in needed}
        for one, shape in whole.get("properties", {}).items()
    ]


def _named(schema: Json) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_named(schema.get('items', {}))}"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_named(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    return {"null": "nothing", "date": "day"}.get(str(schema.get("format") or schema.get("type", "anything")),
                                                  str(schema.get("format") or schema.get("type", "anything")))  # fmt: skip
