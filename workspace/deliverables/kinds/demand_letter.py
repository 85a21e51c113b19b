"""`demand-letter`: the letter that asks the other side of a law matter for what it owes, with the paper behind every fact.

Inputs: the matter, its opponent, papers of the matter that name the opponent, or in which our client bills (invoices, leases, agreements).
Sections: opening, facts with pin cites, demand, reservation, closing. The amount is the foot of what the papers state as owed (an invoice's
total, a statement's balance), or the one that a note of a lawyer names ("Demand $12,400"). The reservation of rights is the firm's own file
templates/legal/demand-reservation.md of the home, else the product's. To: the opponent, and nobody else. A partner checks facts, privilege
and amounts. Drafted on demand only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from store.fact_names import type_of
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import matters
from workspace.deliverables.occasions import about, for_matter
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.signals.names import same_name
from workspace.snapshot import Document, Engagement, Fact, Note, Party, Snapshot
from workspace.tie_out import derive, from_record

CHECKS = (
    "Right matter, right opponent, and no conflict",
    "Every fact is on a paper that we may show: nothing here comes from a privileged mail or note",
    "The amount: interest, costs and payments that the papers do not show",
    "Nothing threatens a criminal complaint, and no third party is told of the debt",
    "If they have a lawyer, the letter goes to the lawyer",
    "The time to sue has not run out",
)
_OWED = {"invoice": "total", "loan-statement": "balance"}
_CREDITORS = ("vendor", "lender", "landlord")
_TOLD = (
    "number",
    "date",
    "due",
    "total",
    "start",
    "end",
    "property",
    "monthly_rent",
    "principal",
    "rate",
    "maturity",
    "balance",
)
_DEMAND = re.compile(r"\bdemand(?:ing)?\s+(?:of\s+)?\$\s?(?P<amount>\d[\d,]*(?:\.\d{2})?)", re.IGNORECASE)
_SKIPPED = ("engagement-letter", "tax-return", "organizer", "authorization")


@dataclass(frozen=True)
class _Claim:
    """What the demand rests on: papers that name the opponent, those of them that state a debt, or a lawyer's note with the amount."""

    papers: tuple[Document, ...]
    owed: tuple[Fact, ...]
    note: Note | None


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    matter = matters.matter_of(snapshot, engagement_ref)
    _claim(snapshot, matter, _opponent(snapshot, matter))
    return for_matter(matter.ref, today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the matter is closed, has no opponent, or no paper and no note states what is owed."""
    matter = matters.matter_of(snapshot, about(occasion))
    other = _opponent(snapshot, matter)
    claim = _claim(snapshot, matter, other)
    support = Support(snapshot)
    variables = {
        "client": support.client(),
        "signer": support.greeting(None)["signer"],
        "matter": support.words(matter.title, matter.evidence("title")),
        "opponent": matters.party_name(support, other),
        "papers": [_paper(support, one) for one in claim.papers],
        "owed": [_debt(support, snapshot, one) for one in claim.owed],
        "amount": _amount(support, claim),
        "noted": claim.note is not None,
        "reply_by": support.reply_by(today),
    }
    return Gathered(
        title=f"Demand: {matter.title}",
        cls="B",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=(other.name,),
        checks=(*_more_checks(snapshot, matter, claim), *CHECKS),
        unseen=(
            f"An address of {other.name}",
            "Payments that the other side made to our client",
            "What the law of the place says of the claim",
        ),
        engagement_id=matter.id,
    )


def _opponent(snapshot: Snapshot, matter: Engagement) -> Party:
    found = matters.opponents(snapshot, matter)
    if not found:
        raise Invalid(f"the matter {matter.ref} has no opponent: enter the party (parties.csv) first")
    return found[0]


def _claim(snapshot: Snapshot, matter: Engagement, other: Party) -> _Claim:
    papers = tuple(
        one
        for one in matters.papers_of(snapshot, matter)
        if one.kind not in _SKIPPED
        and (_is_ours(snapshot, matter, one) or matters.names_in([other], " ".join(fact.value for fact in one.facts)))
    )
    owed = tuple(
        fact
        for one in papers
        if (fact := one.fact(_OWED.get(one.kind or "", ""))) and fact.number and _is_ours(snapshot, matter, one)
    )
    note = next((one for one in reversed(list(matters.notes_of(snapshot, matter))) if _DEMAND.search(one.text)), None)
    if not owed and note is None:
        raise Invalid(
            f"nothing on file states what {other.name} owes: put the bill of our client into a folder called after the matter, "
            f"or write a note that says “Demand $…” and names the matter"
        )
    return _Claim(papers, owed, note)


def _is_ours(snapshot: Snapshot, matter: Engagement, one: Document) -> bool:
    """Whether our client is who is owed: a bill of the other side in the client's file is what the client owes."""
    said = " ".join(fact.value for name in _CREDITORS if (fact := one.fact(name)))
    ours = [party for party in matters.parties_of(snapshot, matter) if party.is_ours]
    return bool(said) and (matters.names_in(ours, said) or same_name(said, snapshot.client.name))


def _amount(support: Support, claim: _Claim) -> Printed:
    """The amount of the lawyer's note, which wins, else the foot of the papers."""
    if claim.note is not None:
        said = _DEMAND.search(claim.note.text)
        assert said is not None  # _claim looked for it
        value = Decimal(said["amount"].replace(",", ""))
        proof = RecordEvidence(f"note:{claim.note.id}", "text", claim.note.text)
        return support.amount(from_record("demand", "money", value, proof))
    parts = [from_record("owed", "money", one.number or Decimal(0), one.evidence) for one in claim.owed]
    return support.amount(parts[0] if len(parts) == 1 else derive.total("demand", parts))


def _paper(support: Support, one: Document) -> dict[str, object]:
    """A paper with what it states, in the order of the list above, and where."""
    facts = [fact for name in _TOLD if (fact := one.fact(name)) is not None]
    issuer = next((fact for name in _CREDITORS if (fact := one.fact(name))), None)
    first = min(facts or list(one.facts), key=lambda fact: (fact.page, fact.start))
    return {
        "kind": support.plain((one.kind or "paper").replace("-", " ").capitalize()),
        "issuer": support.words(issuer.value, issuer.evidence, name=True) if issuer else None,
        "facts": [
            {"label": support.plain(fact.name.replace("_", " ")), "value": _value(support, one, fact)} for fact in facts
        ],
        "cite": matters.cited(support, first, one.name),
    }


def _value(support: Support, one: Document, fact: Fact) -> Printed | None:
    kind = type_of(one.kind, fact.name)
    if kind == "money":
        return support.money(fact.number, fact.evidence)
    if kind == "date" and fact.day is not None:
        return support.day(fact.day, fact.evidence)
    if kind == "percent" and fact.number is not None:
        return support.percent(fact.number, fact.evidence)
    return support.words(fact.value, fact.evidence, name=True)


def _debt(support: Support, snapshot: Snapshot, fact: Fact) -> dict[str, object]:
    paper = next(one for one in snapshot.documents if one.id == fact.document_id)
    return {
        "amount": support.money(fact.number, fact.evidence),
        "cite": matters.cited(support, fact, paper.name),
    }


def _more_checks(snapshot: Snapshot, matter: Engagement, claim: _Claim) -> Iterator[str]:
    if claim.note is not None:
        yield "The amount is the one of a note of the firm's: see that the papers bear it out"
    if any(one.role == "opposing-counsel" for one in matters.parties_of(snapshot, matter)):
        yield "The other side has counsel on record: address the letter to them"
    if not any("limitation" in one.title.casefold() for one in matters.dates_of(snapshot, matter)):
        yield "No date on which the claim runs out is entered: find it and enter it"
    if sources.signer(snapshot) is None:
        yield "Nobody is on record who signs for this client"
