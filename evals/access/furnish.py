"""Something of every kind for one client, made by requests as a program would make it."""

from collections.abc import Callable, Iterator
from typing import Any


def furnish(send: Callable[[str, str, Any], Any], ref: str = "C001", engagement: str = "E001") -> None:
    """Make it all; `send` sends a request: method, path under /api/v1, body. `{name}` stands for the id that was answered so named."""
    known: dict[str, str] = {}
    for name, method, path, body in _things(ref, engagement):
        sent = {key: known.get(value[1:-1], value) if isinstance(value, str) else value for key, value in body.items()}
        answered = send(method, path.format(**known), sent)
        assert answered.status_code in (200, 201), f"{method} {path}: {answered.status_code} {answered.text[:300]}"
        said = answered.json()
        if name:
            known[name] = str(said.get("id") or said.get("ref"))


def _things(ref: str, engagement: str) -> Iterator[tuple[str, str, str, Any]]:
    client = {"client": ref}
    on = {**client, "engagement": engagement}
    money = {"amount": "900", "on": "2026-03-03", "payee": "Quay Bank", "number": "17"}
    yield "", "POST", "/tasks", {**on, "title": "Ask for the lease", "checklist": ["read it"]}
    yield "", "POST", "/notes", {"timelines": [client], "text": "They move in May."}
    yield "", "POST", "/watches", client
    yield "", "POST", "/timers", {**on, "note": "workpapers"}
    yield "", "POST", "/time", {**on, "on": "2026-03-05", "hours": "1.5"}
    yield "", "POST", "/expenses", {**client, "on": "2026-03-05", "amount": "12.50", "memo": "Parking"}
    yield "", "POST", "/rates", {"amount": "200", "valid_from": "2026-04-01", "service": "advice"}
    yield "", "POST", "/invoices", {**on, "kind": "fixed", "amount": "500"}
    yield "", "POST", "/recurring", {**client, "amount": "100", "text": "Books", "first": "2026-04-01"}
    yield "", "POST", "/requests", {"engagement": engagement, "extra": ["The lease"]}
    yield "", "POST", "/contacts", {**client, "name": "Ada Field", "email": "ada@field.example"}
    yield "", "POST", "/groups", {"name": "Field family", "clients": [ref]}
    yield "", "POST", "/fields", {"of": "client", "name": "Portal", "kind": "text"}
    yield "", "POST", "/filters", {"name": "Mine", "query": {"tag": "bakery"}, "shared": False}
    yield "", "PATCH", f"/clients/{ref}", {"tags": ["bakery"]}
    yield "search", "POST", "/conflict-searches", {"names": ["Rival Bakery"], **client}
    yield "matter", "POST", "/matters", {**client, "title": "Lease of Quay Street", "search": "{search}"}
    yield "", "POST", "/matters/{matter}/parties", {"name": "Rival Bakery", "role": "opponent", "aliases": ["Rival"]}
    yield "", "PUT", "/matters/{matter}/fee-agreement", {"kind": "hourly", "rate": "300"}
    yield "", "POST", "/matters/{matter}/dates", {"title": "Hearing", "due": "2026-05-04", "authority": "the clerk"}
    yield "", "POST", "/matters/{matter}/events", {"kind": "complaint-served", "on": "2026-03-02"}
    yield "ledger", "POST", "/trust/ledgers", {**client, "matter": None}
    yield "", "POST", "/trust/ledgers/{ledger}/receipts", money
    yield "", "POST", "/me/tokens", {"name": "spare"}
    yield "", "PUT", "/services/advice", {"title": "Advice", "template": "advisory", "pricing": "fixed", "price": "900"}
    yield (
        "",
        "POST",
        "/proposals",
        {**client, "start": "2026-04-01", "end": "2027-03-31", "lines": [{"service": "advice"}]},
    )
    yield "", "POST", "/series", {**client, "template": "bookkeeping", "first": "2026-03"}
    yield "", "POST", f"/clients/{ref}/knowledge", {"text": "They close on Mondays.", "topic": "habit"}
    yield "", "POST", "/onboardings", {"name": "New Mill LLC", "entity_type": "1065", "contact": {"name": "Nell Mill"}}
    yield "", "POST", "/automations/library/notice-came", {}
    yield "", "POST", "/webhooks", {"url": "https://hooks.example.com/x", "events": ["*"]}
