"""The OpenAPI document of /api/v1: what FastAPI knows of the routes, and what it does not: who may come in, how a refusal reads, names.

Every operation is named by its method and address, so that a generated client keeps its names; its tag is the thing it is about.
"""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.shapes import SHAPES, schemas
from api.shapes_records import RECORDS

PREFIX = "/api/v1"
Json = dict[str, Any]
_ABOUT = """Everything of Tickmark for programs. A program sends a personal token (`Authorization: Bearer ...`), made on the page of your
settings; it sees what its person sees, and may be narrowed to reading or to some rights. A page's own script sends its session's cookie,
and with every change `x-csrf-token`.

A refusal is `{"error": "one sentence"}`. Outside of what one may see everything is 404; inside it without the right, 403. Too many requests
are answered 429 with `Retry-After`.

A GET answers with an `ETag`, and 304 where `If-None-Match` holds it. Where it is the mark of a row, a change with `If-Match` is refused
with 409 when somebody changed the row meanwhile. A POST with `Idempotency-Key` is carried out once in 24 hours."""
_REFUSALS = {
    "401": "Nobody is signed in, or the token opens nothing any more.",
    "403": "The right is missing; the sentence names it.",
    "404": "There is none, or it lies outside of what the asker may see.",
    "409": "It is not in the state that this needs, or somebody was faster.",
    "422": "The request cannot be used as it is.",
    "429": "Too many requests; Retry-After says in how many seconds the next is answered.",
}
_ALSO = {
    "400": "A name in the request stands for nothing; the sentence offers the closest.",
    "413": "The body is too large; the sentence names the limit.",
    "414": "The address is too long.",
    "431": "The headers are too large.",
    "500": "Something at rest is not what was put there, or the program has a defect; nothing was saved.",
    "503": "What is needed is busy or not set up; ask again later.",
}


def document(app: FastAPI) -> Json:
    """The document, made once for an application."""
    made: Json | None = getattr(app.state, "openapi", None)
    if made is None:
        made = get_openapi(title="Tickmark", version="1", description=_ABOUT, routes=app.routes)
        made["paths"] = {path: item for path, item in made["paths"].items() if path.startswith(f"{PREFIX}/")}
        _finish(made)
        app.state.openapi = made
    return made


def _finish(made: Json) -> None:
    tags = set()
    for path, item in made["paths"].items():
        for method, told in item.items():
            tag = tag_of(path)
            tags.add(tag)
            told["tags"] = [tag]
            told["operationId"] = operation_id(method, path)
            told["security"] = [{"token": []}, {"session": []}]
            told["responses"] = {**_answers(method, path, told), **_refusals()}
            if method == "post":
                told.setdefault("parameters", []).append(_KEY)
            if method == "get":
                told.setdefault("parameters", []).append(_NONE_MATCH)
    components = made.setdefault("components", {})
    known = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        known.pop(name, None)
    known.update(schemas())
    known["Refusal"] = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string", "description": "One sentence for a person."}},
    }
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A personal token."},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "tickmark_session",
            "description": "A browser's session; over https its name begins with __Host-.",
        },
    }
    made["tags"] = [{"name": tag} for tag in sorted(tags)]


def tag_of(path: str) -> str:
    """What an address is about: its last plain word but for verbs, the client's own things before the client."""
    words = [word for word in path.removeprefix(PREFIX).split("/") if word and not word.startswith("{")]
    if words[0] == "clients" and len(words) > 1:
        return re.sub(r"\..*", "", words[1])
    return re.sub(r"\..*", "", words[0])


def operation_id(method: str, path: str) -> str:
    """`get_clients_ref_documents` for GET /clients/{ref}/documents."""
    return f"{method}_" + "_".join(re.findall(r"[A-Za-z0-9]+", path.removeprefix(PREFIX)))


def _answers(method: str, path: str, told: Json) -> Json:
    good = {status: one for status, one in told["responses"].items() if status.startswith(("2", "3"))}
    asked = (method, path.removeprefix(PREFIX))
    shape = SHAPES.get(asked) or RECORDS.get(asked)
    for one in good.values():
        content = one.get("content", {})
        if shape and "application/json" in content:
            content["application/json"]["schema"] = shape
        if method == "get":
            one.setdefault("headers", {})["ETag"] = {"schema": {"type": "string"}}
            if any(parameter["name"] == "cursor" for parameter in told.get("parameters", ())):
                one["headers"]["Link"] = {"schema": {"type": "string"}, "description": 'The next piece, rel="next".'}
    if method == "get":
        good["304"] = {"description": "It is as If-None-Match says."}
    return good


def _refusals() -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    return {status: {"description": text, "content": content} for status, text in (_REFUSALS | _ALSO).items()}


_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    "description": "The same key and body again within 24 hours is answered as the first was, and done once.",
}
_NONE_MATCH: Json = {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}
