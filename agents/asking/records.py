"""Answers from the firm's own records: one function a topic, each a few sentences by template with the fields they rest on.

Pure functions of a Desk. An empty answer means that the records do not hold it. Computes sums only as derived evidence shows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agents.asking import worked
from agents.asking.claims import Claim
from agents.asking.topics import RELATIVE_YEAR, Understood
from workspace.deliverables.sources import person_evidence
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.due import Due, due_evidence, due_of
from workspace.signals.proof import difference, total
from workspace.signals.proof import hours as summed_hours
from workspace.signals.words import away, count, day, dollars, listed, plain
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
    balances = {bill.number: worked.balance(bill, today) for bill in bills}
    if not open_bills:
        paid = worked.counted(list(balances.values()))
        return (Claim(f"{name} owes us nothing: {count(len(bills), 'invoice')} on record, none open.", (paid,)),)
    amounts = [bill.balance(today) for bill in open_bills]
    sum_of = total(amounts, [balances[bill.number] for bill in open_bills])
    head = f"{name} owes us {dollars(sum(amounts, Decimal(0)))} on {count(len(open_bills), 'open invoice')}."
    oldest = sorted(open_bills, key=lambda bill: (bill.due_on, bill.number))
    lines = [_bill(bill, balances[bill.number], today) for bill in oldest]
    return (Claim(head, (sum_of,)), *first(lines))


def _bill(bill: Invoice, balance: Evidence, today: date) -> Claim:
    late = (today - bill.due_on).days
    age = f"{count(late, 'day')} past due" if late > 0 else "not yet due"
    text = f"- Invoice {bill.number} of {day(bill.issued_on)}: {dollars(bill.balance(today))} open, due {day(bill.due_on)}, {age}."
    due = bill.evidence("due_on")
    aged = worked.distance(bill.due_on, due, today) if late > 0 else due
    return Claim(text, (bill.evidence("issued_on"), balance, aged))


def hours(desk: Desk) -> tuple[Claim, ...]:
    """Hours logged against the budget of each engagement that is asked for, open ones when none is."""
    return first([_hours_of(desk, one) for one in engagements_of(desk) if _has_hours(desk, one)])


def _has_hours(desk: Desk, engagement: Engagement) -> bool:
    return engagement.budget_hours is not None or bool(desk.snapshot.time_on(engagement, desk.today))


def _hours_of(desk: Desk, engagement: Engagement) -> Claim:
    people = _asked_about(desk)
    entries = [e for e in desk.snapshot.time_on(engagement, desk.today) if not people or e.person_id in people]
    logged, proof = summed_hours(entries)
    budget, where = engagement.budget_hours, called(engagement)
    if people:
        by = " and ".join(person.name for person in people.values())
        named = tuple(person_evidence(person) for person in people.values())
        if not entries:
            return Claim(f"{where}: no hours logged by {by}.", (engagement.evidence("title"), *named))
        return Claim(f"{where}: {count(logged, 'hour')} logged by {by}.", (proof, *named))
    if budget is None:
        return Claim(f"{where}: {count(logged, 'hour')} logged, no budget hours on record.", (proof,))
    planned = engagement.evidence("budget_hours")
    used = f" ({worked.percent(logged, budget)}% of it)" if budget else ""
    left = budget - logged
    rest = f"{count(left, 'hour')} left" if left >= 0 else f"{count(-left, 'hour')} over"
    gap = difference(budget, logged, [planned, proof]) if left >= 0 else difference(logged, budget, [proof, planned])
    evidence: list[Evidence] = [
        proof,
        planned,
        *([worked.share(logged, budget, [proof, planned])] if budget else []),
        gap,
    ]
    return Claim(f"{where}: {plain(logged)} of {plain(budget)} budget hours logged{used}, {rest}.", tuple(evidence))


def _asked_about(desk: Desk) -> dict[str, Person]:
    """The people of the firm whose first or whole name the question has, by id."""
    question = f" {desk.asked.question.lower()} ".replace("'s ", " ").replace("?", " ")
    found = desk.snapshot.people.items()
    return {key: p for key, p in found if any(f" {n.lower()} " in question for n in (p.name, p.name.split()[0]))}


def fees(desk: Desk) -> tuple[Claim, ...]:
    """The fees agreed for the engagements, and the year's fee of the client's record."""
    claims = []
    client = desk.snapshot.client
    if client.annual_fee is not None and not desk.asked.templates and not desk.asked.work:
        claims.append(
            Claim(f"The annual fee of {client.name} is {dollars(client.annual_fee)}.", (client.evidence("annual_fee"),))
        )
    for one in engagements_of(desk):
        if one.fee is not None:
            kind = f" ({one.fee_type})" if one.fee_type else ""
            claims.append(Claim(f"{called(one)}: the fee is {dollars(one.fee)}{kind}.", (one.evidence("fee"),)))
    return first(claims)


def requests(desk: Desk) -> tuple[Claim, ...]:
    """What we asked the client for and do not have."""
    snapshot, today = desk.snapshot, desk.today
    open_ids = {one.id for one in engagements_of(desk)}
    on, of = _named_work(desk)
    items = [i for i in snapshot.requests if i.engagement_id in open_ids or (i.engagement_id is None and not of)]
    if not items:
        return (Claim("Nothing is requested from the client on any open engagement.", (_none(snapshot, "requests"),)),)
    open_items = [item for item in items if item.received_on is None]
    all_of = worked.counted([item.evidence("item") for item in items])
    if not open_items:
        came = worked.counted([item.evidence("received_on") for item in items])
        return (Claim(f"All {count(len(items), 'item')} that we requested{on} came in.", (came, *of)),)
    some = worked.counted([item.evidence("received_on") for item in open_items])
    head = Claim(f"{count(len(open_items), 'request item')} of {len(items)}{on} still open.", (some, all_of, *of))
    return (head, *first([_item(item, today) for item in open_items]))


def _named_work(desk: Desk) -> tuple[str, tuple[Evidence, ...]]:
    """ " on the 2025 Form 1065 (E1)" where the question names work, with its evidence; "" where it names none."""
    if not (desk.asked.templates or desk.asked.work or years_of(desk)):
        return "", ()
    meant = engagements_of(desk)
    if not meant:
        return "", ()
    return f" on the {listed([called(one) for one in meant])}", tuple(one.evidence("title") for one in meant)


def _item(item: RequestItem, today: date) -> Claim:
    asked = f", requested {day(item.requested_on)}" if item.requested_on else ""
    due, evidence = "", [item.evidence("item")]
    proof: list[Evidence] = [item.evidence("requested_on")] if item.requested_on else []
    if item.due:
        due = f", due {day(item.due)} ({away(item.due, today)})"
        proof.append(worked.distance(item.due, item.evidence("due"), today))
    return Claim(f"- {item.item}{asked}{due}.", (*evidence, *proof))


def deadlines(desk: Desk) -> tuple[Claim, ...]:
    """When the work that is asked for is due, how that date came about, whether it is extended; entered dates too."""
    meant = engagements_of(desk)
    if not years_of(desk) and any(one.is_open for one in meant):  # a form without a year is the one in work
        meant = [one for one in meant if one.is_open]
    dated = [(one, due) for one in meant if (due := due_of(desk.snapshot, one)) is not None]
    claims = [_due(one, due, desk.today) for one, due in dated]
    if not desk.asked.templates and not desk.asked.work:
        for entered in desk.snapshot.entered:
            of = {"title": entered.title, "due": entered.due.isoformat(), "authority": entered.authority}
            proof = tuple(RecordEvidence(f"deadline:{entered.id}", field, value) for field, value in of.items())
            claims.append(Claim(f"{entered.title}: {day(entered.due)} ({entered.authority}).", proof))
    return first(claims)


def _due(one: Engagement, due: Due, today: date) -> Claim:
    proof = due_evidence(one, due)
    filed = f" It was filed {day(one.filed_on)}." if one.filed_on else ""
    extended = _extension(one) if one.is_return else ""
    text = f"{called(one)} is due {day(due.due)} ({away(due.due, today)}).{extended}{filed}"
    evidence = [*proof, *([worked.distance(due.due, proof[-1], today)] if proof else [])]
    evidence += [one.evidence("filed_on")] if one.filed_on else []
    return Claim(f"{text} How it is computed: {' '.join(due.how)}", tuple(evidence))


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
            parts.append(Claim(f"The {role} is {_person(person)}.", _named(person)))
    for one in engagements_of(desk):
        owner = people.get(one.owner_id or "")
        if owner is not None:
            evidence = (one.evidence("title"), *_named(owner))
            parts.append(Claim(f"{called(one)} is done by {_person(owner)}.", evidence))
    return first(parts)


def stage(desk: Desk) -> tuple[Claim, ...]:
    """How far the work is."""
    narrowed = bool(desk.asked.templates or desk.asked.work or years_of(desk))
    found = engagements_of(desk, finished=narrowed or not any(e.is_open for e in desk.snapshot.engagements))
    return first([_stage(one) for one in found])


def _stage(one: Engagement) -> Claim:
    words = one.stage.replace("-", " ")
    done = f", {one.progress}% done" if one.progress is not None and one.is_open else ""
    on = one.filed_on or one.finished_on
    when = f" on {day(on)}" if on and not one.is_open else ""
    begun = f", begun {day(one.started_on)}" if one.started_on and one.is_open else ""
    evidence = [one.evidence("stage")]
    evidence += [one.evidence("started_on")] if begun else []
    evidence += [one.evidence("progress")] if done else []
    evidence += [one.evidence("filed_on" if one.filed_on else "finished_on")] if when else []
    return Claim(f"{called(one)}: {words}{done}{begun}{when}.", tuple(evidence))


def letters(desk: Desk) -> tuple[Claim, ...]:
    """Whether the engagement letters went out and came back."""
    claims = []
    for one in engagements_of(desk):
        if one.letter_signed_on:
            sent = f"sent {day(one.letter_sent_on)} and " if one.letter_sent_on else ""
            proof = (*((one.evidence("letter_sent_on"),) if sent else ()), one.evidence("letter_signed_on"))
            text = f"{called(one)}: the engagement letter was {sent}signed {day(one.letter_signed_on)}."
            claims.append(Claim(text, proof))
        elif one.letter_sent_on:
            evidence = (one.evidence("letter_sent_on"), one.evidence("letter_signed_on"))
            claims.append(
                Claim(
                    f"{called(one)}: the engagement letter was sent {day(one.letter_sent_on)} and is not signed.",
                    evidence,
                )
            )
    return first(claims)


def engagements_of(desk: Desk, *, finished: bool = False, years: bool = True) -> list[Engagement]:
    """The engagements that the question means: those it names by form, work or year; without that, the open ones. `years` False: a year
    in the question is not theirs but that of a bill."""
    asked, wanted = desk.asked, years_of(desk) if years else ()
    narrowed = asked.templates or asked.work or wanted
    found: Sequence[Engagement] = desk.snapshot.engagements
    if asked.templates:
        found = [e for e in found if e.template in asked.templates]
    if asked.work:
        found = [e for e in found if any(w in e.template or w.replace("-", " ") in e.title.lower() for w in asked.work)]
    if wanted:
        found = _of_years(found, wanted)
    return [e for e in found if narrowed or finished or e.is_open]


def years_of(desk: Desk) -> tuple[int, ...]:
    """The years that the question names, in figures or as "this year" and "last year"."""
    said = {"this": 0, "last": -1, "next": 1}
    relative = (desk.today.year + said[m.group(1).lower()] for m in RELATIVE_YEAR.finditer(desk.asked.question))
    return desk.asked.years or tuple(dict.fromkeys(relative))


def _of_years(engagements: Sequence[Engagement], years: Sequence[int]) -> list[Engagement]:
    """Those for a year: the one that their title or their period names, and only when there is none, the one they are due in."""
    titled = [e for e in engagements if any(str(year) in e.title for year in years)]
    if titled:
        return titled
    of_period = [e for e in engagements if e.period_end is not None and e.period_end.year in years]
    return of_period or [e for e in engagements if e.due is not None and e.due.year in years]


def called(engagement: Engagement) -> str:
    return f"{engagement.title} ({engagement.ref})"


def _person(person: Person) -> str:
    return f"{person.name} ({person.email})"


def _none(snapshot: Snapshot, what: str) -> RecordEvidence:
    return RecordEvidence(f"client:{snapshot.client.ref}", what, "0")


def _named(person: Person) -> tuple[Evidence, ...]:
    return (person_evidence(person), person_evidence(person, "email"))


def first(lines: Sequence[Claim]) -> tuple[Claim, ...]:
    """The first lines of a list; where some are left out, how many, with their evidence."""
    if len(lines) <= MOST:
        return tuple(lines)
    rest = worked.counted([line.evidence[0] for line in lines[MOST:]])
    return (*lines[:MOST], Claim(f"- … and {len(lines) - MOST} more.", (rest,)))
