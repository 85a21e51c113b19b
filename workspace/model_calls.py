"""Whether a client's words may go to a model, and the ledger of what went: policy, consent, wall, refusals, calls, their sums.

Owns the decision and the rows. It calls no model and masks nothing: that is the one door's work (agents/llm.py).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.ids import new_id
from store.tables import Client, Consent, Firm, ModelCall
from workspace.scope import Scope, access_client


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
    """Write a call to the ledger, answered or not."""
    client = access_client(scope, client_ref)
    scope.session.add(
        ModelCall(
            id=new_id("call"),
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


def known_numbers(client: Client) -> tuple[str, ...]:
    """The identifying numbers of the client's own record, which must not leave in any form."""
    return (client.tax_id,) if client.tax_id else ()
