"""Holds an answer against the snapshot it was made from: each piece of evidence, and each figure that a sentence says."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.asking.claims import Claim, leaves
from workspace.evidence import DerivedEvidence, DocumentEvidence, Evidence, MessageEvidence, RecordEvidence
from workspace.snapshot import Snapshot
from workspace.snapshot.model import in_plain
from workspace.tie_out.derive import check
from workspace.tie_out.figures import recognise


def hold(snapshot: Snapshot, claims: Iterable[Claim]) -> None:
    """Fails when a field does not hold its value, a quote does not stand in its page, arithmetic is wrong, or a figure of a sentence
    is carried by nothing."""
    for claim in claims:
        assert claim.evidence, claim.text
        for one in claim.evidence:
            verify(snapshot, one)
        said = claim.text.partition(" How it is computed:")[0]
        names = {snapshot.client.name, *_names(snapshot, claim.evidence)}
        for name in sorted(names, key=len, reverse=True):
            said = said.replace(name, "…")
        loose = [f.text for f in recognise(said) if not _carried(f, claim)]
        assert loose == list(claim.untied), f"{loose} in {claim.text!r}, which has {claim.evidence}"


def _names(snapshot: Snapshot, evidence: Iterable[Evidence]) -> Iterator[str]:
    """How the sentence calls the sources that it cites: the title of an engagement, the path and page of a document."""
    for one in leaves(evidence):
        match one:
            case DocumentEvidence(document=document, page=page):
                path = next(d.path for d in snapshot.documents if d.id == document)
                yield f"{path}, page {page}"
                yield path
            case RecordEvidence(record=record):
                kind, _, key = record.partition(":")
                if kind == "engagement":
                    yield f"{_row(snapshot, kind, key).title} ({key})"
                if kind == "time":
                    on = snapshot.engagement(_row(snapshot, kind, key).engagement_id)
                    yield f"{on.title} ({on.ref})" if on else key
                if kind == "document":
                    yield _row(snapshot, kind, key).path
                if kind == "notice":
                    yield next(d.path for d in snapshot.documents if d.notice and d.notice.id == key)
            case _:
                pass


def verify(snapshot: Snapshot, evidence: Evidence) -> None:
    match evidence:
        case DerivedEvidence(formula, inputs):
            assert check(evidence), formula
            for one in inputs:
                verify(snapshot, one)
        case DocumentEvidence(document, version, page, start, end, quote):
            text = next(d.text for d in snapshot.documents if (d.id, d.version_id) == (document, version))
            assert quote, "an empty quote"
            assert text[page - 1][start:end] == quote
        case MessageEvidence(message_id, start, end, quote):
            body = next(m.body for m in snapshot.messages if m.message_id == message_id)
            assert quote, "an empty quote"
            assert body[start:end] == quote
        case RecordEvidence(record, field, value):
            kind, _, key = record.partition(":")
            if kind not in ("calendar", "scan", "signal"):
                assert _field(snapshot, kind, key, field) == value, evidence


def _field(snapshot: Snapshot, kind: str, key: str, field: str) -> str:
    if kind == "client":
        if field == "tax_id_last4":
            return (snapshot.client.tax_id or "")[-4:]
        known = {"requests": snapshot.requests, "invoices": snapshot.invoices, "notices": [], "scans": []}
        return str(len(known[field])) if field in known else in_plain(getattr(snapshot.client, field))
    row = _row(snapshot, kind, key)
    value = getattr(row, field)
    if field in ("sent_at", "received_at"):
        value = snapshot.local_day(value)
    return in_plain(value)


def _row(snapshot: Snapshot, kind: str, key: str) -> Any:
    payments = [p for bill in snapshot.invoices for p in bill.payments]
    tables: dict[str, tuple[Iterable[Any], str]] = {
        "contact": (snapshot.contacts, "id"),
        "deadline": (snapshot.entered, "id"),
        "document": (snapshot.documents, "id"),
        "engagement": (snapshot.engagements, "ref"),
        "invoice": (snapshot.invoices, "number"),
        "message": (snapshot.messages, "message_id"),
        "notice": ([d.notice for d in snapshot.documents if d.notice], "id"),
        "payment": (payments, "id"),
        "person": (snapshot.people.values(), "email"),
        "request": (snapshot.requests, "id"),
        "time": (snapshot.time, "id"),
    }
    rows, name = tables[kind]
    return next(row for row in rows if getattr(row, name) == key)


def _carried(figure: Any, claim: Claim) -> bool:
    texts = list(_texts(claim.evidence))
    if figure.type in ("money", "percent", "count") and (
        any(_number(text) == abs(Decimal(figure.value)) for text in texts)
        or figure.value in map(str, _counts(claim.evidence))
    ):
        return True
    if figure.type in ("money", "percent"):
        return False
    return any(figure.value == text or figure.text in text for text in texts) or any(
        (figure.type, figure.value) == (one.type, one.value) for text in texts for one in recognise(text)
    )


def _texts(evidence: Iterable[Evidence]) -> Iterator[str]:
    for one in evidence:
        match one:
            case DerivedEvidence(formula, inputs):
                yield formula.rpartition(" = ")[2]
                yield from _texts(inputs)
            case RecordEvidence(record, _, value):
                yield value
                yield record
            case _:
                yield one.quote


def _counts(evidence: Iterable[Evidence]) -> Iterator[int]:
    """What can be counted: the inputs of arithmetic, and those of them that say the same."""
    for one in evidence:
        if isinstance(one, DerivedEvidence):
            yield len(one.inputs)
            yield from Counter(i.value for i in one.inputs if isinstance(i, RecordEvidence)).values()


def _number(text: str) -> Decimal | None:
    try:
        return abs(Decimal(text))
    except InvalidOperation:
        return None
