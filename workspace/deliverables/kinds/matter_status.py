"""`matter-status`: where a law matter stands, for the client (Model Rule 1.4).

Inputs: the matter, its parties, entered dates, time, tasks, trust ledger and bills. Sections: opening, where it stands, done lately, dates
ahead, next, waiting for you, fees and trust, closing. Figures: each date with its authority, hours and value since the last bill, the trust
balance. To: the client's main contact. A partner checks facts, privilege and amounts. Drafted on demand only.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import matters, worth
from workspace.deliverables.occasions import about, for_matter
from workspace.deliverables.support import Printed, Support
from workspace.snapshot import Engagement, EnteredDeadline, Snapshot, TimeEntry, TrustLedger

CHECKS = (
    "Right client, right matter",
    "Every date is in the docket, and a second person has confirmed it",
    "Privilege: nothing here is meant for anybody but the client",
    "Fees and trust money agree with the ledger",
    "No promise of a result",
)
_LATELY = timedelta(days=60)
_MOST = 8


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    return for_matter(matters.matter_of(snapshot, engagement_ref).ref, today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the matter is closed or gone."""
    matter = matters.matter_of(snapshot, about(occasion))
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    parties = matters.parties_of(snapshot, matter)
    dates = matters.dates_of(snapshot, matter)
    entries = worth.unbilled(snapshot, matter, today)
    ledger = matters.ledger_of(snapshot, matter)
    variables = {
        **support.letter_to(contact),
        "matter": support.words(matter.title, matter.evidence("title")),
        "stage": matter.stage,
        "began": support.day(matter.started_on, matter.evidence("started_on")),
        "opponents": matters.party_rows(support, matters.opponents(snapshot, matter)),
        "work": _lately(support, snapshot, matter, today),
        "ahead": [matters.date_row(support, one) for one in dates if one.due >= today],
        "passed": [matters.date_row(support, one) for one in dates if one.due < today][-_MOST:],
        "steps": list(_steps(support, snapshot, matter)),
        "items": [
            {"name": support.words(one.item, one.evidence("item")), "due": support.day(one.due, one.evidence("due"))}
            for one in sources.open_items(snapshot, matter)
        ],
        **_money(support, snapshot, matter, entries, ledger, today),
    }
    return Gathered(
        title=f"Status of the matter: {matter.title}",
        cls="B",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_unconfirmed(dates, today), *CHECKS),
        unseen=(
            *support.unseen_of_contact(contact),
            *worth.without_rate(entries),
            *(() if parties else ("Who is on the other side: no parties are entered",)),
            *(() if dates else ("What the court has set: no date is entered for this matter",)),
            *(() if ledger else ("Money in trust: no ledger is on record",)),
            "The court's own docket",
        ),
        engagement_id=matter.id,
    )


def _lately(support: Support, snapshot: Snapshot, matter: Engagement, today: date) -> list[dict[str, object]]:
    """The firm's time of the last weeks by what was done, the billable only."""
    lately = [one for one in snapshot.time_on(matter, today) if one.billable and one.date >= today - _LATELY]
    told = worth.grouped(lately, lambda one: one.note or one.service or "")
    rows = []
    for name, part in told[-_MOST:]:
        if name:
            field = "note" if part[0].note else "service"
            evidence = worth.field_evidence(part[0], field)
            rows.append({"what": support.words(name, evidence)} | worth.sums(support, part))
    return rows


def _steps(support: Support, snapshot: Snapshot, matter: Engagement) -> Iterator[dict[str, object]]:
    for one in snapshot.tasks:
        if one.engagement_id == matter.id and one.is_open:
            yield {
                "title": support.words(one.title, one.evidence("title")),
                "due": support.day(one.due, one.evidence("due")),
            }


def _money(
    support: Support,
    snapshot: Snapshot,
    matter: Engagement,
    entries: Sequence[TimeEntry],
    ledger: TrustLedger | None,
    today: date,
) -> dict[str, Printed | None]:
    """`hours` and `unbilled`, `owed` on bills, `held` in trust and its `minimum`; None each where there is none."""
    standard = worth.worth(entries)
    owed = [one for one in worth.bills_of(snapshot, matter) if one.balance(today) > 0]
    balance = matters.held(ledger, today) if ledger else None
    return {
        "hours": support.hours_of(entries) if entries else None,
        "unbilled": support.amount(standard) if standard else None,
        "owed": support.total([support.balance(one, today) for one in owed]) if owed else None,
        "held": support.amount(balance) if balance else None,
        "minimum": matters.minimum(support, ledger) if ledger else None,
    }


def _unconfirmed(dates: Sequence[EnteredDeadline], today: date) -> tuple[str, ...]:
    return tuple(
        f"“{one.title}” was entered by one person and confirmed by none: confirm it first"
        for one in dates
        if one.due >= today and not one.confirmed
    )
