"""The palette, the OpenAPI document, and the pages that show them."""

import re
from typing import Any

import pytest

from api.app import ROUTES
from api.wiring import Services
from tests.web.conftest import Visitor, Visits, ids, selects


@pytest.fixture(scope="module")
def made(shared: tuple[Services, Visits]) -> dict[str, Any]:
    found: dict[str, Any] = shared[1]("ana").http.get("/api/v1/openapi.json").json()
    return found


def operations(made: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, told) for path, item in made["paths"].items() for method, told in item.items()]


def test_the_document_names_every_route_once_and_how_it_refuses(made: dict[str, Any]) -> None:
    routes = {
        (method.lower(), re.sub(r":path}", "}", route.path))  # type: ignore[attr-defined]
        for module in ROUTES
        for route in module.router.routes
        for method in route.methods  # type: ignore[attr-defined]
        if route.path.startswith("/api/v1/") and route.include_in_schema  # type: ignore[attr-defined]
    }
    assert {(method, path) for method, path, _ in operations(made)} == routes != set()
    names = [told["operationId"] for _, _, told in operations(made)]
    assert len(names) == len(set(names)) and made["openapi"].startswith("3.1")
    assert set(made["components"]["securitySchemes"]) == {"token", "session"}
    assert "HTTPValidationError" not in str(made)
    for method, path, told in operations(made):
        assert told["tags"] and told["security"] and told.get("description"), f"{method} {path} says nothing of itself"
        for status in ("401", "403", "404", "409", "422", "429"):
            schema = told["responses"][status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Refusal"}
    for found in re.findall(r"#/components/schemas/([\w.-]+)", str(made)):
        assert found in made["components"]["schemas"]


@pytest.mark.parametrize(
    "path", ["/signals", "/brief", "/clients", "/clients/C001/documents", "/deliverables", "/go?q=okafor", "/me/tokens",
             "/clients/C001/search?q=minutes", "/webhooks"]
)  # fmt: skip
def test_what_is_answered_has_the_shape_that_is_described(look: Visits, made: dict[str, Any], path: str) -> None:
    from jsonschema import Draft202012Validator

    answered = look("ana").http.get(f"/api/v1{path}").json()
    told = made["paths"][re.sub(r"C001", "{ref}", f"/api/v1{path}").partition("?")[0]]["get"]
    schema = told["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": made["components"]}).validate(answered)


def test_one_draft_has_the_shape_that_is_described(
    look: Visits, shared: tuple[Services, Visits], made: dict[str, Any]
) -> None:
    from jsonschema import Draft202012Validator

    draft = look("ana").http.get("/api/v1/deliverables").json()[0]["id"]
    schema = {"$ref": "#/components/schemas/Deliverable", "components": made["components"]}
    Draft202012Validator(schema).validate(look("ana").http.get(f"/api/v1/deliverables/{draft}").json())


def test_the_reference_can_be_read(look: Visits) -> None:
    text = look("ana").get("/api").text
    assert "/api/v1/clients/{ref}/documents" in text and "Idempotency-Key" in text
    assert not re.search(r"(src|href)=\"https?:", text)


def go(visitor: Visitor, q: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = visitor.http.get("/api/v1/go", params={"q": q}).json()
    return found


def test_the_palette_leads_everywhere_within_the_scope(look: Visits, shared: tuple[Services, Visits]) -> None:
    services, _ = shared
    ana = look("ana")
    name = ids(services, "SELECT name FROM clients WHERE ref = 'C002'")[0]
    first = go(ana, name.split()[0][:4].lower())[0]
    assert (first["kind"], first["href"]) == ("client", "/clients/C002")
    assert go(ana, "c002")[0]["href"] == "/clients/C002"
    assert go(ana, f"{name.split()[0]} mon")[0]["href"] == "/clients/C002/money"
    assert go(ana, "calend")[0]["href"] == "/calendar"
    paper = ids(services, "SELECT d.path FROM documents d JOIN clients c ON c.id = d.client_id WHERE c.ref = 'C001'")[0]
    assert any(one["kind"] == "document" for one in go(ana, paper.rpartition("/")[2][:12]))
    title = ids(
        services, "SELECT e.title FROM engagements e JOIN clients c ON c.id = e.client_id WHERE c.ref = 'C001'"
    )[0]
    assert any(one["kind"] == "engagement" for one in go(ana, title[:12]))
    contact = ids(
        services,
        "SELECT k.name FROM contacts k JOIN client_contacts cc ON cc.contact_id = k.id JOIN clients c ON c.id = cc.client_id "
        "WHERE c.ref = 'C001'",
    )[0]
    assert any(one["kind"] == "contact" and one["href"].startswith("/contacts/") for one in go(ana, contact))
    hidden = ids(services, "SELECT name FROM clients WHERE ref = 'C003'")[0]
    assert not any(one["kind"] != "page" and hidden in str(one) for one in go(ana, hidden))
    assert any(one["href"] == "/clients/C003" for one in go(look("adm"), hidden)), "who may see it is led there"
    assert go(ana, "zzqx%_") == [] and "Nothing of that name" in ana.get("/go?q=zzqx%25_").text
    assert not any(one["href"] == "/webhooks" for one in go(look("sol"), "webhooks"))


def test_the_palette_is_short_and_quick(look: Visits, shared: tuple[Services, Visits]) -> None:
    services, _ = shared
    ana = look("ana")
    for q in ("", "a", "e", "the", "zzzz", "2025 1120"):
        answer, asked = selects(services, lambda q=q: ana.http.get("/api/v1/go", params={"q": q}))  # type: ignore[misc]
        assert len(answer.json()) <= 12
        assert len(asked) <= 1 + 3, "who asks, and at most three"
    assert go(ana, "")[0]["kind"] == "recent", "what she worked on last comes first"
    page = ana.get("/go?q=okaf").text
    assert 'href="/clients/C002"' in page and page.count("<h1>") == 1


def test_every_part_of_the_design_is_on_the_style_page(look: Visits) -> None:
    text = look("ana").get("/style").text
    for part in ("Type", "Figures", "Table", "Forms", "Controls", "Marks", "Card", "Board", "Timeline", "Plots", "Messages",
                 "Popover", "Keys", "Print"):  # fmt: skip
        assert f"<h2>{part}" in text, part
