"""Fee agreements of matters: hourly, flat, contingent or both, what the rules ask of them, and what a recovery comes to.

Model Rule 1.5(c): a contingent fee is agreed in a writing that the client signed, with its percent and whether costs come off first;
1.5(b): scope and fee are told, better in writing. When it was sent and signed is on the matter's engagement letter, which signals read.
Pure arithmetic in `settlement`; never says whether a fee is reasonable.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.tables import Document, Engagement, EngagementLetter, FeeAgreement
from workspace.acting import person_of, record
from workspace.billing.amounts import CENT, MOST, ZERO
from workspace.law.dates import matter_of
from workspace.money_sight import sees_money
from workspace.scope import Right, Scope

KINDS = ("hourly", "flat", "contingent", "hybrid")


@dataclass(frozen=True)
class Terms:
    """What is agreed. `rate` dollars an hour; `flat` dollars; `percent` of the recovery; `costs_first`: costs come off before the percent.

    hybrid: a percent beside an hourly rate or a flat fee."""

    kind: str
    rate: Decimal | None = None
    flat: Decimal | None = None
    percent: Decimal | None = None
    costs_first: bool | None = None
    terms: str = ""


@dataclass(frozen=True)
class Agreement:
    """A matter's fee agreement. `lacks` says what the rules ask for and is not there, in sentences; empty: nothing."""

    terms: Terms | None
    sent_on: date | None
    signed_on: date | None
    document_id: str | None
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class Settlement:
    """What a recovery comes to, dollars: fee, costs, what the client gets; they sum to the recovery."""

    recovery: Decimal
    costs: Decimal
    fee: Decimal
    client: Decimal


def agreement_of(scope: Scope, matter_ref: str) -> Agreement:
    """The fee agreement of a matter; `terms` None where none is entered. Three queries. Raises NotFound."""
    matter = matter_of(scope, matter_ref)
    row = scope.session.scalars(select(FeeAgreement).where(FeeAgreement.engagement_id == matter.id)).one_or_none()
    found = as_agreed(row, _letter(scope, matter))
    if found.terms is not None and not (sees_money(scope) or scope.has(Right.LETTER_WRITE)):
        return replace(found, terms=replace(found.terms, rate=None, flat=None))
    return found


def as_agreed(row: FeeAgreement | None, letter: EngagementLetter | None) -> Agreement:
    """The agreement of its rows. Pure."""
    terms = Terms(row.kind, row.rate, row.flat, row.percent, row.costs_first, row.terms) if row else None
    sent, signed = (letter.sent_on, letter.signed_on) if letter else (None, None)
    document = letter.document_id if letter else None
    return Agreement(terms, sent, signed, document, tuple(_lacks(terms, signed, document)))


def agree(
    scope: Scope,
    matter_ref: str,
    terms: Terms,
    *,
    sent_on: date | None = None,
    signed_on: date | None = None,
    document_id: str | None = None,
) -> Agreement:
    """Enter what is agreed for a matter, and the letter's days and document. Raises NotFound, Forbidden without letter:write, Invalid for
    terms that lack what their kind needs, or a contingent fee that is signed without its document."""
    matter = matter_of(scope, matter_ref, Right.LETTER_WRITE)
    _check(terms)
    document, letter = _document(scope, matter, document_id), _letter(scope, matter)
    sent, signed = sent_on or (letter and letter.sent_on), signed_on or (letter and letter.signed_on)
    if signed and (signed > scope.today or (sent and signed < sent)):
        raise Invalid(f"it is signed on {signed}, after it was sent and by today")
    if terms.percent is not None and signed_on is not None and (document or (letter and letter.document_id)) is None:
        raise Invalid("a contingent fee is in a writing signed by the client (Rule 1.5(c)): choose the signed document")
    row = scope.session.scalars(
        select(FeeAgreement).where(FeeAgreement.engagement_id == matter.id).with_for_update()
    ).one_or_none()
    if row is None:
        row = FeeAgreement(id=stable_id("fee", matter.id), client_id=matter.client_id, engagement_id=matter.id)
        scope.session.add(row)
    row.kind, row.rate, row.flat, row.percent = terms.kind, terms.rate, terms.flat, terms.percent
    row.costs_first, row.terms = terms.costs_first, " ".join(terms.terms.split())[:2000]
    row.set_by, row.at = person_of(scope), scope.now
    if sent_on or signed_on or document:
        if letter is None:
            letter = EngagementLetter(
                id=stable_id("let", matter.ref), client_id=matter.client_id, engagement_id=matter.id
            )
            scope.session.add(letter)
        letter.sent_on, letter.signed_on = sent_on or letter.sent_on, signed_on or letter.signed_on
        letter.document_id = document or letter.document_id
    scope.session.flush()
    record(scope, AuditTag.FEE_AGREED, f"engagement:{matter.ref}", matter.client_id, kind=terms.kind, signed=signed_on)
    return agreement_of(scope, matter_ref)


def settlement(terms: Terms, recovery: Decimal, costs: Decimal) -> Settlement:
    """What a recovery comes to under a contingent agreement: costs first, the percent is of what is left; else of the whole. The fee is
    rounded half to even. Raises Invalid without a percent, below 0, or where fee and costs are more than the recovery."""
    if terms.percent is None or terms.costs_first is None:
        raise Invalid("the agreement has no percent of a recovery")
    if recovery < 0 or costs < 0:
        raise Invalid("a recovery and its costs are not below 0")
    base = max(recovery - costs, ZERO) if terms.costs_first else recovery
    fee = (base * terms.percent / 100).quantize(CENT, ROUND_HALF_EVEN)
    if fee + costs > recovery:
        raise Invalid(
            f"fee {fee:,.2f} and costs {costs:,.2f} are more than the recovery: a lawyer decides what is taken"
        )
    return Settlement(recovery, costs, fee, recovery - costs - fee)


def _check(terms: Terms) -> None:
    if terms.kind not in KINDS:
        raise Invalid(f"a fee is {', '.join(KINDS)}")
    for name, amount in (("rate", terms.rate), ("flat fee", terms.flat)):
        if amount is not None and not 0 < amount <= MOST:
            raise Invalid(f"the {name} is an amount above 0")
    if terms.percent is not None and not 0 < terms.percent < 100:
        raise Invalid("the percent is above 0 and below 100")
    contingent = terms.kind in ("contingent", "hybrid")
    if contingent and (terms.percent is None or terms.costs_first is None):
        raise Invalid("a contingent fee states its percent, and whether costs come off first (Rule 1.5(c))")
    if not contingent and terms.percent is not None:
        raise Invalid("a percent of the recovery makes a fee contingent or hybrid")
    if terms.kind == "hourly" and terms.rate is None and not terms.terms.strip():
        raise Invalid("an hourly fee needs its rate, or words that say whose rates hold")
    if terms.kind == "flat" and terms.flat is None:
        raise Invalid("a flat fee needs its amount")
    if terms.kind == "hybrid" and terms.rate is None and terms.flat is None:
        raise Invalid("a hybrid fee has a rate or a flat fee beside its percent")


def _lacks(terms: Terms | None, signed: date | None, document: str | None) -> list[str]:
    if terms is None:
        return [
            "No fee agreement is entered: scope and fee are told to the client before or soon after work begins (Rule 1.5(b))."
        ]
    found = []
    if terms.percent is not None:
        if signed is None:
            found.append(
                "A contingent fee is agreed in a writing that the client signed: it is not signed (Rule 1.5(c))."
            )
        if document is None:
            found.append("The signed writing of the contingent fee is not linked (Rule 1.5(c)).")
    elif signed is None:
        found.append("It is not signed; a writing is preferred (Rule 1.5(b)).")
    return found


def _letter(scope: Scope, matter: Engagement) -> EngagementLetter | None:
    return scope.session.scalars(
        select(EngagementLetter).where(EngagementLetter.engagement_id == matter.id)
    ).one_or_none()


def _document(scope: Scope, matter: Engagement, document_id: str | None) -> str | None:
    if not document_id:
        return None
    ours = select(Document.id).where(Document.id == document_id, Document.client_id == matter.client_id)
    found = scope.session.scalar(ours)
    if found is None:
        raise NotFound(f"there is no document {document_id} of this client")
    return found
