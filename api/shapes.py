"""The shapes of the contract's JSON, for the OpenAPI document. They describe; the routes decide. What is not named may come beside."""

from typing import Any

Json = dict[str, Any]


def _text(**more: Any) -> Json:
    return {"type": "string", **more}


def _or_none(shape: Json) -> Json:
    return {"anyOf": [shape, {"type": "null"}]}


def _list(name: str) -> Json:
    return {"type": "array", "items": _ref(name)}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: str, **properties: Json) -> Json:
    return {"type": "object", "required": required.split(), "properties": properties}


_DAY = _text(format="date")
_MONEY = _text(pattern=r"^-?\d+(\.\d+)?$", description="Decimal dollars.")
_NUMBER: Json = {"type": "number"}
_WHOLE: Json = {"type": "integer"}

_NAMED: Json = {
    "Evidence": _object(
        "kind",
        kind=_text(enum=["document", "record", "message", "derived"]),
        document=_text(),
        version=_text(),
        page=_WHOLE,
        start=_WHOLE,
        end=_WHOLE,
        quote=_text(),
        record=_text(),
        field=_text(),
        message_id=_text(),
        formula=_text(),
        inputs={"type": "array", "items": _ref("Evidence")},
    ),
    "Signal": _object(
        "key client_ref slug class due nominal_due dollars score terms headline rule evidence first_seen state",
        key=_text(),
        client_ref=_text(),
        slug=_text(),
        **{"class": _text(enum=["A", "B", "C", "D"])},
        due=_or_none(_DAY),
        nominal_due=_or_none(_DAY),
        dollars=_or_none(_MONEY),
        score=_NUMBER,
        terms={"type": "object", "additionalProperties": _NUMBER},
        headline=_text(),
        rule=_text(),
        evidence=_list("Evidence"),
        first_seen=_DAY,
        state=_text(),
    ),
    "Client": _object(
        "ref name entity_type status open_items receivable score drafts",
        ref=_text(),
        name=_text(),
        entity_type=_text(),
        status=_text(),
        partner=_or_none(_text()),
        manager=_or_none(_text()),
        open_items=_WHOLE,
        receivable=_or_none(_MONEY),
        score=_NUMBER,
        drafts=_WHOLE,
        scanned_on=_or_none(_DAY),
    ),
    "Document": _object(
        "id path kind state source size versions received_at findings",
        id=_text(),
        path=_text(),
        kind=_or_none(_text()),
        state=_text(),
        source=_text(),
        size=_or_none(_WHOLE),
        received_at=_text(format="date-time"),
        findings={"type": "array", "items": _text()},
    ),
    "DeliverableLine": _object("id slug client_ref state", id=_text(), slug=_text(), client_ref=_text(), state=_text()),
    "Deliverable": _object(
        "id slug client_ref engagement_ref state version hash sections tickmarks checks unseen model prompt_version",
        id=_text(),
        slug=_text(),
        client_ref=_text(),
        engagement_ref=_or_none(_text()),
        state=_text(),
        version=_WHOLE,
        hash=_text(minLength=64, maxLength=64),
        sections={"type": "array", "items": _object("title markdown", title=_text(), markdown=_text())},
        tickmarks={"type": "array", "items": _object("start end text status", status=_text(), text=_text())},
        checks={"type": "array"},
        unseen={"type": "array"},
        model=_or_none(_text()),
        prompt_version=_or_none(_text()),
    ),
    "Brief": _object(
        "as_of for verdict needs_you worth_a_look release_queue horizon blind_spots",
        as_of=_DAY,
        verdict=_text(),
        needs_you={"type": "array", "items": _ref("Card")},
        worth_a_look={"type": "array", "items": _ref("Card")},
        release_queue={"type": "array"},
        horizon={"type": "array"},
        blind_spots={"type": "array"},
        **{"for": _text()},
    ),
    "Card": _object(
        "client_ref client class score headline why_now next_step minutes evidence",
        client_ref=_text(),
        client=_text(),
        **{"class": _text()},
        score=_NUMBER,
        headline=_text(),
        why_now=_text(),
        next_step=_text(),
        minutes=_WHOLE,
        evidence=_list("Evidence"),
    ),
    "Hit": _object(
        "document path page start end text score",
        document=_text(),
        path=_text(),
        page=_WHOLE,
        start=_WHOLE,
        end=_WHOLE,
        text=_text(),
        score=_NUMBER,
    ),
    "Way": _object("kind title detail href", kind=_text(), title=_text(), detail=_text(), href=_text()),
    "Webhook": _object(
        "id url note events state why failures maker mine created_at waiting",
        id=_text(),
        url=_text(),
        note=_text(),
        events={"type": "array", "items": _text()},
        state=_text(enum=["on", "off", "failed"]),
        why=_text(),
        failures=_WHOLE,
        maker=_text(),
        mine={"type": "boolean"},
        waiting=_WHOLE,
        secret=_text(description="Only in the answer that made it."),
    ),
    "Token": _object(
        "name created_at expires_at rights used_at",
        name=_text(),
        created_at=_text(format="date-time"),
        expires_at=_text(format="date-time"),
        rights=_or_none({"type": "array", "items": _text()}),
        used_at=_or_none(_text(format="date-time")),
    ),
}


def schemas() -> Json:
    """By name, for `components.schemas`."""
    return dict(_NAMED)


SHAPES: dict[tuple[str, str], Json] = {
    ("get", "/signals"): _list("Signal"),
    ("get", "/brief"): _ref("Brief"),
    ("get", "/clients"): _list("Client"),
    ("get", "/clients/{ref}/documents"): _list("Document"),
    ("get", "/clients/{ref}/search"): _list("Hit"),
    ("get", "/deliverables"): _list("DeliverableLine"),
    ("get", "/deliverables/{deliverable_id}"): _ref("Deliverable"),
    ("get", "/go"): _list("Way"),
    ("get", "/webhooks"): _list("Webhook"),
    ("get", "/webhooks/{webhook_id}"): _ref("Webhook"),
    ("post", "/webhooks"): _ref("Webhook"),
    ("patch", "/webhooks/{webhook_id}"): _ref("Webhook"),
    ("post", "/webhooks/{webhook_id}/secret"): _ref("Webhook"),
    ("get", "/me/tokens"): _list("Token"),
    ("get", "/me/tokens/{name}"): _ref("Token"),
}
"""What is answered when all goes well, by method and address."""
