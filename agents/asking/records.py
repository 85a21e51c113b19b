"""Answers from the firm's own records: one function a topic, each a few sentences by template with the fields they rest on.

Pure functions of a Desk. An empty answer means that the records do not hold it. Computes sums only as derived evidence shows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agents.asking.claims import Claim
from agents.asking.topics import Understood
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.due import due_evidence, due_of
from workspace.signals.proof import hours as summed_hours
from workspace.signals.proof import total
from workspace.signals.words import away, count, day, dollars, plain
from workspace.snapshot import Engagement, Invoice, Person, RequestItem, Snapshot

MOST = 8  # lines of one list


@dataclass(frozen=True)
class Raised:
    """An open signal of the last scan."""

    key: str
    cls: str
    headline: str
    due: date | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Desk:
    """What a question is answered from: the client's snapshot, today, the question taken apart, and what the last scan raised
    (`scanned_on` None: this client was never scanned)."""

    snapshot: Snapshot
    today: date
    asked: Understood
    raised: tuple[Raised, ...] = ()
    scanned_on: date | None = None


def receivable(desk: Desk) -> tuple[Claim, ...]:
    """What the client owes the firm: open invoices with their age, and the sum."""
    snapshot, today = desk.snapshot, desk.today
    name, bills = snapshot.client.name, snapshot.invoices
    if not bills:
        return (Claim(f"{name} has no invoices on record.", (_none(snapshot, "invoices"),)),)
    open_bills = [bill for bill in bills if bill.balance(today) > 0]
    if not open_bills:
        paid = tuple(_balance(bill, today) for bill in bills)
        return (Claim(f"{name} owes us nothing: {count(len(bills), 'invoice')} on record, none open.", paid),)
    balances = [bill.balance(today) for bill in open_bills]
    sum_of = total(balances, [_balance(bill, today) for bill in open_bills])
    head = f"{name} owes us {dollars(sum(balances, Decimal(0)))} on {count(len(open_bills), 'open invoice')}."
    oldest = sorted(open_bills, key=lambda bill: bill.due_on)
    return (Claim(head, (sum_of,)), *(_bill(bill, today) for bill in oldest[:MOST]), *_more(len(oldest)))


def _bill(bill: Invoice, today: date) -> Claim:
    late = (today - bill.due_on).days
    age = f"{count(late, 'day')} past due" if late > 0 else "not yet due"
    text = f"- Invoice {bill.number} of {day(bill.issued_on)}: {dollars(bill.balance(today))} open, due {day(bill.due_on)}, {age}."
    return Claim(text, (bill.evidence("issued_on"), _balance(bill, today), bill.evidence("due_on")))


def _balance(bill: Invoice, today: date) -> RecordEvidence:
    return RecordEvidence(f"invoice:{bill.number}", "balance", str(bill.balance(today)))


def hours(desk: Desk) -> tuple[Claim, ...]:
    """Hours logged against the budget of each engagement that is asked for, open ones when none is."""
    return tuple(_hours_of(desk, one) for one in _engagements(desk) if _has_hours(desk, one))[:MOST]


def _has_hours(desk: Desk, engagement: Engagement) -> bool:
    return engagement.budget_hours is not None or bool(desk.snapshot.time_on(engagement, desk.today))


def _hours_of(desk: Desk, engagement: Engagement) -> Claim:
    logged, proof = summed_hours(desk.snapshot.time_on(engagement, desk.today))
    budget, where = engagement.budget_hours, _called(engagement)
    if budget is None:
        return Claim(f"{where}: {plain(logged)} hours logged, no budget hours on record.", (proof,))
    share = f" ({(logged * 100 / budget):.0f}% of it)" if budget else ""
    left = budget - logged
    rest = f"{count(left, 'hour')} left" if left >= 0 else f"{count(-left, 'hour')} over"
    evidence = (proof, engagement.evidence("budget_hours"))
    return Claim(f"{where}: {plain(logged)} of {plain(budget)} budget hours logged{share}, {rest}.", evidence)


def fees(desk: Desk) -> tuple[Claim, ...]:
    """The fees agreed for the engagements, and the year's fee of the client's record."""
    claims = []
    client = desk.snapshot.client
    if client.annual_fee is not None and not desk.asked.templates and not desk.asked.work:
        claims.append(
            Claim(f"The annual fee of {client.name} is {dollars(client.annual_fee)}.", (client.evidence("annual_fee"),))
        )
    for one in _engagements(desk):
        if one.fee is not None:
            kind = f" ({one.fee_type})" if one.fee_type else ""
            claims.append(Claim(f"{_called(one)}: the fee is {dollars(one.fee)}{kind}.", (one.evidence("fee"),)))
    return tuple(claims[:MOST])


def requests(desk: Desk) -> tuple[Claim, ...]:
    """What we asked the client for and do not have."""
    snapshot, today = desk.snapshot, desk.today
    open_ids = {one.id for one in _engagements(desk)}
    items = [i for i in snapshot.requests if i.engagement_id in open_ids or i.engagement_id is None]
    if not items:
        return (Claim("Nothing is requested from the client on any open engagement.", (_none(snapshot, "requests"),)),)
    open_items = [item for item in items if item.received_on is None]
    if not open_items:
        evidence = tuple(item.evidence("received_on") for item in items)
        return (Claim(f"All {count(len(items), 'item')} that we requested came in.", evidence),)
    head = Claim(
        f"{count(len(open_items), 'request item')} of {len(items)} still open.",
        tuple(item.evidence("received_on") for item in open_items),
    )
    return (head, *(_item(item, today) for item in open_items[:MOST]), *_more(len(open_items)))


def _item(item: RequestItem, today: date) -> Claim:
    asked = f", requested {day(item.requested_on)}" if item.requested_on else ""
    due = ""
    if item.due:
        due = f", due {day(item.due)} ({away(item.due, today)})"
    evidence = (item.evidence("item"), item.evidence("requested_on"), item.evidence("due"))
    return Claim(f"- {item.item}{asked}{due}.", evidence)


def deadlines(desk: Desk) -> tuple[Claim, ...]:
    """When the work that is asked for is due, how that date came about, whether it is extended; entered dates too."""
    claims: list[Claim] = []
    for one in _engagements(desk):
        due = due_of(desk.snapshot, one)
        if due is None:
            continue
        filed = f" It was filed {day(one.filed_on)}." if one.filed_on else ""
        extended = "" if not one.is_return else _extension(one)
        text = f"{_called(one)} is due {day(due.due)} ({away(due.due, desk.today)}).{extended}{filed}"
        evidence: list[Evidence] = [*due_evidence(one, due)]
        evidence += [one.evidence("filed_on")] if one.filed_on else []
        claims.append(Claim(f"{text} How it is computed: {' '.join(due.how)}", tuple(evidence)))
    if not desk.asked.templates and not desk.asked.work:
        for entered in desk.snapshot.entered:
            proof = RecordEvidence(f"deadline:{entered.id}", "due", entered.due.isoformat())
            claims.append(Claim(f"{entered.title}: {day(entered.due)} ({entered.authority}).", (proof,)))
    return tuple(claims[:MOST])


def _extension(engagement: Engagement) -> str:
    return " That is the extended date." if engagement.extended_to else " No extension is on record."


def team(desk: Desk) -> tuple[Claim, ...]:
    """Partner and manager of the client, and who does which open engagement."""
    snapshot = desk.snapshot
    client, people = snapshot.client, snapshot.people
    parts = []
    for role, identity in (("partner", client.partner_id), ("manager", client.manager_id)):
        person = people.get(identity or "")
        if person is not None:
            parts.append(
                Claim(f"The {role} is {_person(person)}.", (RecordEvidence(f"client:{client.ref}", role, person.name),))
            )
    for one in _engagements(desk):
        owner = people.get(one.owner_id or "")
        if owner is not None:
            evidence = (RecordEvidence(f"engagement:{one.ref}", "owner", owner.name),)
            parts.append(Claim(f"{_called(one)} is done by {_person(owner)}.", evidence))
    return tuple(parts[:MOST])


def stage(desk: Desk) -> tuple[Claim, ...]:
    """How far the work is."""
    narrowed = bool(desk.asked.templates or desk.asked.work or desk.asked.years)
    found = _engagements(desk, finished=narrowed or not any(e.is_open for e in desk.snapshot.engagements))
    return tuple(_stage(one) for one in found[:MOST])


def _stage(one: Engagement) -> Claim:
    words = one.stage.replace("-", " ")
    done = f", {one.progress}% done" if one.progress is not None and one.is_open else ""
    on = one.filed_on or one.finished_on
    when = f" on {day(on)}" if on and not one.is_open else ""
    evidence = [one.evidence("stage")]
    evidence += [one.evidence("progress")] if done else []
    evidence += [one.evidence("filed_on" if one.filed_on else "finished_on")] if when else []
    return Claim(f"{_called(one)}: {words}{done}{when}.", tuple(evidence))


def letters(desk: Desk) -> tuple[Claim, ...]:
    """Whether the engagement letters went out and came back."""
    claims = []
    for one in _engagements(desk):
        if one.letter_signed_on:
            claims.append(
                Claim(
                    f"{_called(one)}: the engagement letter was signed {day(one.letter_signed_on)}.",
                    (one.evidence("letter_signed_on"),),
                )
            )
        elif one.letter_sent_on:
            evidence = (one.evidence("letter_sent_on"), one.evidence("letter_signed_on"))
            claims.append(
                Claim(
                    f"{_called(one)}: the engagement letter was sent {day(one.letter_sent_on)} and is not signed.",
                    evidence,
                )
            )
    return tuple(claims[:MOST])


def _engagements(desk: Desk, *, finished: bool = False) -> list[Engagement]:
    """The engagements that the question means: those it names by form, work or year; without that, the open ones."""
    asked = desk.asked
    narrowed = asked.templates or asked.work or asked.years
    found: Sequence[Engagement] = desk.snapshot.engagements
    if asked.templates:
        found = [e for e in found if e.template in asked.templates]
    if asked.work:
        found = [e for e in found if any(w in e.template or w.replace("-", " ") in e.title.lower() for w in asked.work)]
    if asked.years:
        found = _of_years(found, asked.years)
    return [e for e in found if narrowed or finished or e.is_open]


def _of_years(engagements: Sequence[Engagement], years: Sequence[int]) -> list[Engagement]:
    """Those for a year: the one that their title or their period names, and only when there is none, the one they are due in."""
    titled = [e for e in engagements if any(str(year) in e.title for year in years)]
    if titled:
        return titled
    of_period = [e for e in engagements if e.period_end is not None and e.period_end.year in years]
    return of_period or [e for e in engagements if e.due is not None and e.due.year in years]


def _called(engagement: Engagement) -> str:
    return f"{engagement.title} ({engagement.ref})"


def _person(person: Person) -> str:
    return f"{person.name} ({person.email})"


def _none(snapshot: Snapshot, what: str) -> RecordEvidence:
    return RecordEvidence(f"client:{snapshot.client.ref}", what, "0")


def _more(number: int) -> tuple[Claim, ...]:
    return (Claim(f"- … and {number - MOST} more.", ()),) if number > MOST else ()
