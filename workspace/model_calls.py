"""Whether a client's words may go to a model, and the ledger of what went: policy, consent, wall, refusals, calls, their sums by budget.

Owns the decision and the rows. It calls no model and masks nothing: that is the one door's work (agents/llm.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, false, func, or_, select, true

from store import audit, fence
from store.audit import AuditTag
from store.ids import new_id
from store.tables import Client, ClientContact, Consent, Contact, Firm, ModelCall, Person
from workspace.scope import Scope, access_client

_NO_NAME = frozenset(
    ["and", "the", "inc", "llc", "llp", "ltd", "corp", "company", "pllc", "trust", "estate", "family", "group"]
)


@dataclass(frozen=True)
class Usage:
    """What models were asked over a stretch of time. `cost` is dollars to six places."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost: Decimal


def refusal(scope: Scope, client_ref: str, *, local: bool, recipient: str) -> str | None:
    """Why this client's words may not go to the model at `recipient`; None when they may.

    `local` says that the model runs on the firm's own machines. Raises NotFound outside the asker's scope, walls included.
    A consent (IRC §7216) is asked for when the firm's settings say `[settings.models] consent = true`, and a client whose
    consents have all run out is refused in any case, since she has limited hers.
    """
    client = access_client(scope, client_ref)
    if client.ai_policy == "none":
        return f"{client.name} has chosen that no model reads its file"
    if local:
        return None
    if client.ai_policy != "allowed":
        return f"{client.name} allows a model on the firm's own machines only, and {recipient} is none"
    consents = scope.session.scalars(select(Consent).where(Consent.client_id == client.id)).all()
    valid = [
        c for c in consents if c.signed_on <= scope.today and (c.expires_on is None or c.expires_on >= scope.today)
    ]
    if consents and not valid:
        return f"the consent of {client.name} to disclose return information has expired"
    if not valid and _consent_required(scope):
        return f"{client.name} has given no written consent to disclose return information (IRC §7216)"
    return None


def _consent_required(scope: Scope) -> bool:
    settings = scope.session.scalars(select(Firm.settings)).first() or {}
    return bool(settings.get("models", {}).get("consent", False))


def record_refusal(scope: Scope, client_ref: str, reason: str, purpose: str) -> None:
    """Put on the trail that a model was not asked, and why."""
    client = access_client(scope, client_ref)
    audit.record(
        scope.session,
        AuditTag.MODEL_REFUSED,
        actor=scope.email,
        subject=f"client:{client.id}",
        now=scope.now,
        client_id=client.id,
        detail={"purpose": purpose, "reason": reason},
    )


def find_call(scope: Scope, client_ref: str, inputs_hash: str) -> ModelCall | None:
    """The call of this client that had the same prompt, inputs and model and was answered; None when there is none."""
    client = access_client(scope, client_ref)
    return scope.session.scalars(
        select(ModelCall)
        .where(ModelCall.client_id == client.id, ModelCall.inputs_hash == inputs_hash, ModelCall.outcome == "ok")
        .order_by(ModelCall.at.desc())
        .limit(1)
    ).one_or_none()


@dataclass(frozen=True)
class Call:
    """One call as the ledger keeps it. `response` is the model's text with its masks on. `outcome`: ok, failed, invalid.
    `seconds` is the time to the last word, retries included."""

    prompt: str
    prompt_version: str
    inputs_hash: str
    model: str
    endpoint: str
    response: str
    tokens_in: int
    tokens_out: int
    cost: Decimal
    seconds: float
    outcome: str


def keep_call(scope: Scope, client_ref: str, call: Call) -> None:
    """Write a call to the ledger, answered or not, and on the trail, which vouches for the ledger's line."""
    client = access_client(scope, client_ref)
    identity = new_id("call")
    audit.record(
        scope.session,
        AuditTag.MODEL_CALLED,
        actor=scope.email,
        subject=f"call:{identity}",
        now=scope.now,
        client_id=client.id,
        detail={"purpose": call.prompt, "model": call.model, "endpoint": call.endpoint, "outcome": call.outcome},
    )
    scope.session.add(
        ModelCall(
            id=identity,
            client_id=client.id,
            person_id=scope.person_id,
            purpose=call.prompt,
            at=scope.now,
            **vars(call),
        )
    )


def usage(scope: Scope, since: datetime) -> Usage:
    """What was asked about the asker's clients from `since` on."""
    row = scope.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(ModelCall.tokens_in), 0),
            func.coalesce(func.sum(ModelCall.tokens_out), 0),
            func.sum(ModelCall.cost),
        ).where(ModelCall.at >= since, ModelCall.client_id.in_(scope.clients()))
    ).one()
    return Usage(row[0], int(row[1]), int(row[2]), row[3] or Decimal(0))


@dataclass(frozen=True)
class Spent:
    """What one budget's running stretch has cost. `key` names budget and stretch, `whose` the budget for a person ("the budget of this
    night"); `renews` is on the firm's clock."""

    kind: Literal["night", "client", "person"]
    key: str
    whose: str
    renews: datetime
    tokens: int
    cost: Decimal


def spent(scope: Scope, client_ref: str) -> tuple[Spent, ...]:
    """The budgets that a question about this client falls under, and what each has cost so far: the client's month, and the asker's day, or
    the night when nobody asks. A night goes from noon to noon, so that it is whole whenever it is run."""
    client = access_client(scope, client_ref)
    now = scope.now.astimezone(_zone(scope))
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    next_month = (month + timedelta(days=32)).replace(day=1)
    of_client = _since(scope, month, ModelCall.client_id == client.id)
    whose = f"this month's budget of {client.name}"
    found = [Spent("client", f"client {client.id} {month:%Y-%m}", whose, next_month, *of_client)]
    if scope.person_id is None:
        noon = day.replace(hour=12) if now.hour >= 12 else day.replace(hour=12) - timedelta(days=1)
        of_night = _since(scope, noon, ModelCall.person_id.is_(None))
        renews = noon + timedelta(days=1)
        found.append(Spent("night", f"night {noon:%Y-%m-%d}", "the budget of this night", renews, *of_night))
    else:
        of_person = _since(scope, day, ModelCall.person_id == scope.person_id)
        whose, tomorrow = f"today's budget of {scope.email}", day + timedelta(days=1)
        found.append(Spent("person", f"person {scope.person_id} {day:%Y-%m-%d}", whose, tomorrow, *of_person))
    return tuple(found)


def _since(scope: Scope, begin: datetime, whose: ColumnElement[bool]) -> tuple[int, Decimal]:
    tokens = func.coalesce(func.sum(ModelCall.tokens_in + ModelCall.tokens_out), 0)
    with fence.lifted(scope.session, fence.Job.BUDGET):
        row = scope.session.execute(select(tokens, func.sum(ModelCall.cost)).where(ModelCall.at >= begin, whose)).one()
    return int(row[0]), row[1] or Decimal(0)


def _zone(scope: Scope) -> ZoneInfo:
    return ZoneInfo(scope.session.scalars(select(Firm.timezone)).first() or "America/New_York")


Grouping = Literal["day", "client", "person", "prompt", "model"]


def ledger(scope: Scope, since: datetime, by: Grouping) -> Iterator[tuple[str, int, Usage]]:
    """What was asked about the asker's clients from `since` on, in groups: their name, how many calls gave no usable answer, and the sums.
    The dearest group first. Days are those of the firm's clock."""
    zone, groups = _zone(scope), dict[str, list[ModelCall]]()
    rows = select(ModelCall, Client.ref, func.coalesce(Person.email, "the night")).join(
        Client, Client.id == ModelCall.client_id
    )
    rows = rows.outerjoin(Person, Person.id == ModelCall.person_id).where(
        ModelCall.at >= since, ModelCall.client_id.in_(scope.clients())
    )
    for call, ref, email in scope.session.execute(rows.order_by(ModelCall.at)).tuples():
        name = {
            "day": f"{call.at.astimezone(zone):%Y-%m-%d}",
            "client": ref,
            "person": email,
            "prompt": call.prompt,
            "model": f"{call.model} at {call.endpoint}",
        }[by]
        groups.setdefault(name, []).append(call)
    sums = [
        (
            name,
            sum(call.outcome != "ok" for call in found),
            Usage(
                len(found),
                sum(call.tokens_in for call in found),
                sum(call.tokens_out for call in found),
                sum((call.cost for call in found), Decimal(0)),
            ),
        )
        for name, found in groups.items()
    ]
    yield from sorted(sums, key=lambda one: (-one[2].cost, -one[2].tokens_in, one[0]))


def refusals(scope: Scope, *, local: bool, recipient: str) -> dict[str, str]:
    """Those of the asker's clients whose words may not go to the model at `recipient`, and why, by ref."""
    doubtful = Client.ai_policy != "allowed"
    if not local:
        asked_for = true() if _consent_required(scope) else false()
        doubtful = or_(doubtful, Client.id.in_(select(Consent.client_id)), asked_for)
    query = select(Client.ref).where(Client.id.in_(scope.clients()), doubtful).order_by(Client.ref)
    refs = scope.session.scalars(query).all()
    found = ((ref, refusal(scope, ref, local=local, recipient=recipient)) for ref in refs)
    return {ref: reason for ref, reason in found if reason is not None}


def all_known_numbers(scope: Scope) -> tuple[str, ...]:
    """The identifying numbers of all of the asker's clients."""
    query = select(Client.tax_id).where(Client.tax_id.is_not(None), Client.id.in_(scope.clients()))
    return tuple(sorted({number for number in scope.session.scalars(query) if number}))


def known_numbers(client: Client) -> tuple[str, ...]:
    """The identifying numbers of the client's own record, which must not leave in any form."""
    return (client.tax_id,) if client.tax_id else ()


def known_names(scope: Scope, client: Client) -> tuple[str, ...]:
    """The names that go out as tokens: of the client and of the people behind it, whole and in parts; none unless the firm's settings say
    `[settings.models] mask_names = true`."""
    settings = scope.session.scalars(select(Firm.settings)).first() or {}
    if not settings.get("models", {}).get("mask_names", False):
        return ()
    people = select(Contact.name, Contact.email).join(ClientContact, ClientContact.contact_id == Contact.id)
    found = scope.session.execute(people.where(ClientContact.client_id == client.id)).tuples().all()
    persons = [name for name, _ in found] + ([client.name] if client.entity_type == "1040" else [])
    parts = {part for name in persons for part in re.findall(r"[^\W\d_]{3,}", name) if part.lower() not in _NO_NAME}
    firm = re.sub(r"(?i)[, ]+(?:inc|llc|llp|ltd|corp|co|pc|pllc)\.?$", "", client.name)
    return tuple({client.name, firm, *persons, *parts, *(email for _, email in found if email)})
