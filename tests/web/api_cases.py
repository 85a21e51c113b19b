"""Generated requests for every operation of the OpenAPI document: data that fits its schema, data that does not, and data that also means
something: refs, ids, addresses, amounts and days that are there."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from itertools import islice
from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

Json = dict[str, Any]
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
# The word before a parameter in an address, or the name of a field, and the tables whose keys it takes.
TABLES = {
    "acts": "acts",
    "client": "clients",
    "client_ref": "clients",
    "clients": "clients",
    "conflict-searches": "conflict_searches",
    "contacts": "contacts",
    "corrections": "fact_corrections",
    "court-dates": "entered_deadlines",
    "court-events": "court_events",
    "deliverables": "deliverables",
    "deliveries": "webhook_posts",
    "document": "documents",
    "documents": "documents",
    "engagement": "engagements",
    "engagement_ref": "engagements",
    "engagements": "engagements",
    "entries": "time_entries",
    "expenses": "expenses",
    "fields": "custom_fields",
    "filters": "saved_filters",
    "groups": "client_groups",
    "holds": "legal_holds",
    "ids": "mentions",
    "invoice": "bills invoices",
    "invoices": "bills invoices",
    "items": "request_items",
    "knowledge": "knowledge",
    "ledgers": "trust_ledgers",
    "loose": "loose_files",
    "matches": "item_matches",
    "matter": "engagements",
    "matters": "engagements",
    "message": "messages",
    "movements": "trust_journal",
    "needs": "engagements",
    "notes": "notes",
    "onboardings": "onboardings",
    "owner_of": "contacts",
    "parties": "parties",
    "payments": "payments",
    "portal": "contacts",
    "preferences": "preferences",
    "proposals": "proposals",
    "recurring": "recurring_fees",
    "relations": "relations",
    "renewals": "renewal_batches",
    "requests": "client_requests",
    "requires": "tasks",
    "search": "conflict_searches",
    "series": "series",
    "signals": "signals",
    "signers": "signers",
    "signings": "signings",
    "tasks": "tasks",
    "thread": "chat_threads",
    "threads": "chat_threads",
    "time": "time_entries",
    "timers": "timers",
    "uploads": "portal_uploads",
    "watches": "watches",
    "webhooks": "webhooks",
}
_PEOPLE = [f"{name}@alder.example" for name in ("ana", "ben", "mia", "sen", "sol", "adm")]
_WORDS: dict[str, Sequence[Any]] = {
    **dict.fromkeys(("owner", "partner", "manager", "person", "delegate", "to"), _PEOPLE),
    **dict.fromkeys(("amount", "price", "fee", "value", "rate", "recovery", "balance"), ("12.50", "1000", "0.01")),
    **dict.fromkeys(("hours", "budget_hours", "estimate_hours", "quantity", "percent", "pct"), ("1.5", "2", "0.25")),
    **dict.fromkeys(("template", "slug"), ("1120-S", "1065", "bookkeeping", "advisory", "client-reply")),
    **dict.fromkeys(("entity_type",), ("1065", "1120-S", "law")),
    **dict.fromkeys(("every",), ("month", "quarter", "year")),
    **dict.fromkeys(("stage", "to_stage"), ("in-progress", "in-review", "done")),
    **dict.fromkeys(("state",), ("IL", "CA", "open")),
    **dict.fromkeys(("fee_type",), ("fixed", "hourly")),
    **dict.fromkeys(("title", "text", "note", "reason", "name", "memo", "what"), ("A few plain words", "Other words")),
    **dict.fromkeys(("email",), ("a.person@somewhere.example",)),
    **dict.fromkeys(("service",), ("advice",)),
    **dict.fromkeys(("month", "first_month"), ("2026-02", "2026-01")),
    **dict.fromkeys(("decision",), ("dismiss", "acknowledge", "pin")),
    "topic": ("habit", "other"),
    "kind": ("note", "complaint-served", "owner of", "text", "fixed"),
}
_DAYS = ("2026-03-02", "2026-03-09", "2026-04-30", "2025-12-31")


def operations(document: Json) -> list[APIOperation[Any, Any, Any, Any]]:
    """The operations of a document, as schemathesis reads them; who asks is not generated."""
    told = deepcopy(document)
    for item in told["paths"].values():
        for one in item.values():
            one.pop("security", None)
    told["components"].pop("securitySchemes", None)
    schema = schemathesis.openapi.from_dict(told, config=schemathesis.Config())
    return [result.ok() for result in schema.get_all_operations()]


def enumerated(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, count: int | None) -> list[Case]:
    """The first `count` of the edges that a schema has, by schemathesis's own enumeration: the same each time."""
    schema = operation.schema
    config = schema.config.generation_for(operation=operation)
    found = schema.iter_coverage_cases(operation, generation_modes=[mode], generation_config=config)
    same = (case for case in found if case.method.upper() == operation.method.upper())
    return list(islice(same, count))


def drawn(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, count: int) -> list[Case]:
    """`count` cases by chance, the same each time."""
    found: list[Case] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(mode))
    def collect(case: Case) -> None:
        found.append(case)

    with suppress(Unsatisfiable):
        collect()
    return found


def table_of(path: str, name: str) -> str:
    """The tables whose keys a parameter of an address takes, "" when it takes none."""
    before = re.search(r"/([\w-]+)/\{" + name + r"\}", path)
    return TABLES.get(before[1] if before else "", "")


def filled(case: Case, rows: dict[str, list[str]], chance: random.Random, share: float = 0.85) -> Case:
    """The case with what means something in most places: keys out of `rows`, addresses of people, amounts, days."""
    made = case.operation.Case(
        path_parameters=dict(case.path_parameters),
        headers=dict(case.headers),
        query=dict(case.query),
        body=case.body if case.body is NOT_SET else deepcopy(case.body),
        media_type=case.media_type,
    )
    for name in made.path_parameters:
        keys = [key for table in table_of(case.operation.path, name).split() for key in rows.get(table, ())]
        keys = keys or list(_WORDS.get(name, ()))
        if keys and chance.random() < share:
            made.path_parameters[name] = quote(chance.choice(keys), safe="")
    about = _about(case.operation.path)
    for name, value in made.query.items():
        made.query[name] = _meant(name, value, rows, chance, share, about)
    if made.body is not NOT_SET and case.media_type == "application/json":
        made.body = _meant("", made.body, rows, chance, share, about)
    return made


def _about(path: str) -> str:
    return "contacts" if "/contacts/" in path else "clients"


def _meant(name: str, value: Any, rows: dict[str, list[str]], chance: random.Random, share: float, about: str) -> Any:
    if isinstance(value, dict):
        return {key: _meant(key, one, rows, chance, share, about) for key, one in value.items()}
    if isinstance(value, list):
        return [_meant(name, one, rows, chance, share, about) for one in value]
    if not isinstance(value, str) or chance.random() >= share:
        return value
    table = TABLES.get(name, "")
    if name in ("kept", "gone", "one", "other"):
        table = about
    keys = [key for one in table.split() for key in rows.get(one, ())]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        keys = list(_DAYS)
    keys = keys or list(_WORDS.get(name, ()))
    return chance.choice(keys) if keys else value


def swapped(case: Case, wrong: dict[str, str]) -> Iterator[tuple[str, Case]]:
    """The case with one key at a time exchanged for what `wrong` holds for its table, and that key."""
    for name in case.path_parameters:
        for table in sorted(set(table_of(case.operation.path, name).split()) & set(wrong)):
            made = filled(case, {}, random.Random(0), 0)
            made.path_parameters[name] = wrong[table]
            yield wrong[table], made
    for name in case.query:
        for table in sorted(set(TABLES.get(name, "").split()) & set(wrong)):
            made = filled(case, {}, random.Random(0), 0)
            made.query[name] = wrong[table]
            yield wrong[table], made
    if isinstance(case.body, dict) and case.media_type == "application/json":
        for name in case.body:
            for table in sorted(set(TABLES.get(name, "").split()) & set(wrong)):
                made = filled(case, {}, random.Random(0), 0)
                old = made.body[name]
                made.body[name] = [wrong[table]] if isinstance(old, list) else wrong[table]
                yield wrong[table], made


def as_text(case: Case) -> str:
    """The case for a person who wants to send it again."""
    body = "" if case.body is NOT_SET else f" {json.dumps(case.body, default=str)[:400]}"
    return f"{case.method} {case.formatted_path} {case.query or ''}{body}"
