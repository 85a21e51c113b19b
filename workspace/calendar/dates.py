"""Makes the calendar's dates: of engagements, of states' returns, entered by hand, and what the last scan raised with a date.

Owns which records have a date and of which kind and class it is. The dates are `workspace.deadlines`', the slack is slack.py's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from store.errors import Invalid
from store.ids import stable_id
from workspace.calendar.gather import Material, OfClient, Progress, gather, progress_of
from workspace.calendar.model import Calendar, Dated, Entry, Wanted
from workspace.calendar.raised import SLUGS, entry_of, of_raised
from workspace.calendar.slack import Slack, plain_slack, slack_of, waits
from workspace.deadlines import Deadline, add_months, event_deadline, state_deadline
from workspace.deadlines.engine import effective_year_end
from workspace.deadlines.rules import by_id
from workspace.raised import Raised
from workspace.scope import Scope
from workspace.signals.due import Due, computed_due, due_of
from workspace.signals.law import is_limitation
from workspace.snapshot.model import RETURNS, ZERO, Engagement, EnteredDeadline, Snapshot

_ENTERED_POLICY = "stands as it was entered"
_KIND_OF = {
    **dict.fromkeys(RETURNS, "return"),
    "payroll": "payroll",
    "sales-tax": "sales-tax",
    "monthly-close": "close",
    "bookkeeping": "close",
    "matter": "court",
}
_CLASS_OF = {"return": "B", "payroll": "B", "sales-tax": "B"}


Chosen = Callable[[Sequence[Entry]], Iterable[int]]
"""Which of the dates are wanted in full, by their places."""


class _Begun(NamedTuple):
    """A date and what it is made of: `told` says what the law or a person gives, or a scan `raised` it."""

    entry: Entry
    of: OfClient
    engagement: Engagement | None
    told: Callable[[], Mapping[str, Any]]
    raised: Raised | None = None


def calendar_of(scope: Scope, wanted: Wanted, chosen: Chosen | None = None) -> Calendar:
    """The dates of the asker's clients that are asked for, by day; those that are `chosen` in full, None: all. Raises NotFound for a client
    outside the scope."""
    material = gather(scope, wanted, frozenset(SLUGS))
    begun = [one for of in material.clients for one in _of_client(material, of, wanted) if wanted.holds(one.entry)]
    begun.sort(key=lambda one: (one.entry.due, one.entry.cls, one.entry.client_ref, one.entry.title, one.entry.key))
    entries = tuple(one.entry for one in begun)
    shown = begun if chosen is None else [begun[place] for place in chosen(entries)]
    progress = _progress(scope, wanted, shown)
    ids = {row_id for of in material.clients for row_id in _serving(of)} | {
        row_id for one in entries for row_id in one.people
    }
    names = {row_id: material.people[row_id].name for row_id in ids if row_id in material.people}
    return Calendar(
        entries=entries,
        dates=tuple(_dated(material, progress, one) for one in shown),
        scanned_on=material.scanned_on,
        people=dict(sorted(names.items(), key=lambda pair: (pair[1], pair[0]))),
        clients={of.facts.client.ref: of.facts.client.name for of in material.clients},
    )


def _progress(scope: Scope, wanted: Wanted, begun: Sequence[_Begun]) -> Progress:
    """Of the open work that is shown: that of everything would be read in vain."""
    work = [(one.of.facts.client.id, one.engagement) for one in begun if one.engagement is not None]
    still = {one.id for _, one in work if one.is_open}
    return progress_of(scope, wanted, still, {client_id for client_id, one in work if waits(one)})


def _serving(of: OfClient) -> set[str]:
    client = of.facts.client
    return {one for one in (client.partner_id, client.manager_id) if one}


def _of_client(material: Material, of: OfClient, wanted: Wanted) -> Iterator[_Begun]:
    for engagement in of.engagements:
        due = due_of(of.facts, engagement)
        done = not engagement.is_open
        if due is not None and wanted.reaches(due.due, material.today, done=done):
            kind = _KIND_OF.get(engagement.template, "work")
            key = stable_id("day", of.facts.client.ref, "engagement", engagement.ref)
            entry = _entry(material, of, engagement, key, kind, _CLASS_OF.get(kind, "C"), engagement.title, due.due)
            yield _Begun(entry, of, engagement, partial(_of_engagement, of, engagement, due))
        if engagement.is_return and engagement.period_end is not None and (wanted.done or not done):
            yield from _of_states(material, of, engagement, engagement.period_end)
    for entered in of.entered:
        yield _of_entered(material, of, entered)
    if wanted.last >= material.today:
        for raised in of.raised:
            yield _Begun(entry_of(material, of, raised), of, None, dict, raised)


def _entry(
    material: Material,
    of: OfClient,
    engagement: Engagement | None,
    key: str,
    kind: str,
    cls: str,
    title: str,
    due: date,
) -> Entry:
    """Whose it is, and whether it is done or missed."""
    client, owner = of.facts.client, engagement.owner_id if engagement else None
    people = {owner} if owner in material.people else _serving(of)
    done = engagement is not None and not engagement.is_open
    missed = due < material.today and not done
    return Entry(key, kind, cls, client.ref, client.name, title, due, frozenset(filter(None, people)), done, missed)


def _of_engagement(of: OfClient, engagement: Engagement, due: Due) -> Mapping[str, Any]:
    table = due.deadline
    longer = _longer(of.facts, engagement) if table is not None else None
    how = list(due.how)
    if longer is not None:
        how.append(
            f"An extension is not on file; one would reach to {longer.due:%B} {longer.due.day}, {longer.due.year}."
        )
    return {
        "nominal": due.nominal,
        "rolled": table.rolled if table else due.due,
        "because": table.rolled_because if table else None,
        "extended": engagement.extended_to is not None,
        "extendable_to": longer.due if longer else None,
        "postponed_by": table.postponed_by if table else None,
        "rule_id": due.rule_id,
        "authority": due.authority,
        "years": table.years if table else "",
        "roll_policy": table.roll_policy if table else _ENTERED_POLICY,
        "computed": table is not None,
        "confirm": due.confirm,
        "how": tuple(how),
    }


def _longer(facts: Snapshot, engagement: Engagement) -> Deadline | None:
    """How far an extension would reach that is not on file."""
    if engagement.extended_to is not None or not engagement.is_open:
        return None
    return computed_due(facts, engagement, extended=True)


def _of_states(material: Material, of: OfClient, engagement: Engagement, end: date) -> Iterator[_Begun]:
    """The returns to states, by the rules that the firm entered, for the period of a federal return."""
    client, last = of.facts.client, effective_year_end(end)[0]
    begins = add_months(last, -12).year + (last.month == 12)
    for rule in material.state_rules:
        if rule.state != client.state or not rule.holds(engagement.template, begins):
            continue
        found = state_deadline(rule, end, extended=engagement.extended_to is not None)
        key = stable_id("day", client.ref, "state", rule.state, rule.form, end)
        title = f"{rule.title} for {end.year if last.month == 12 else f'the year to {end:%b} {end.day}, {end.year}'}"
        entry = _entry(material, of, engagement, key, "state", "B", title, found.due)
        yield _Begun(entry, of, engagement, partial(_of_table, found))


def _of_entered(material: Material, of: OfClient, entered: EnteredDeadline) -> _Begun:
    engagement = next((one for one in of.engagements if one.id == entered.engagement_id), None)
    table = _counted(entered)
    is_law = table is not None or is_limitation(entered) or (engagement is not None and engagement.template == "matter")
    key = stable_id("day", of.facts.client.ref, "entered", entered.id)
    kind, cls = ("court", "A") if is_law else ("entered", "C")
    entry = _entry(material, of, engagement, key, kind, cls, entered.title, entered.due)
    return _Begun(entry, of, engagement, partial(_as_entered, entered, table))


def _as_entered(entered: EnteredDeadline, table: Deadline | None) -> Mapping[str, Any]:
    how = [f"Entered by hand: {entered.authority}."]
    if table is not None:
        how = [
            *table.how,
            *([] if table.due == entered.due else [f"The date entered is {entered.due}: one of them is wrong."]),
        ]
    if not entered.confirmed:
        how.append("No second person has confirmed it.")
    return {
        "nominal": table.nominal if table else entered.due,
        "rolled": entered.due,
        "because": table.rolled_because if table else None,
        "extended": False,
        "extendable_to": None,
        "postponed_by": None,
        "rule_id": entered.rule or "entered",
        "authority": table.authority if table else entered.authority,
        "years": table.years if table else "",
        "roll_policy": table.roll_policy if table else _ENTERED_POLICY,
        "computed": table is not None,
        "confirm": not entered.confirmed or (table is not None and table.due != entered.due),
        "how": tuple(how),
    }


def _counted(entered: EnteredDeadline) -> Deadline | None:
    """What the table says of an entered date; None where no rule of ours computes it."""
    if entered.rule is None or entered.counted_from is None:
        return None
    try:
        if by_id(entered.rule).kind != "event":
            return None
    except Invalid:
        return None
    return event_deadline(entered.rule, entered.counted_from, by_mail=entered.by_mail, state=entered.court_state)


def _of_table(found: Deadline) -> Mapping[str, Any]:
    return {
        "nominal": found.nominal,
        "rolled": found.rolled,
        "because": found.rolled_because,
        "extended": "extended" in found.inputs,
        "extendable_to": None,
        "postponed_by": found.postponed_by,
        "rule_id": found.rule_id,
        "authority": found.authority,
        "years": found.years,
        "roll_policy": found.roll_policy,
        "computed": True,
        "confirm": found.confirm,
        "how": found.how,
    }


def _dated(material: Material, progress: Progress, begun: _Begun) -> Dated:
    """A date in full: how it came about, and how much work stands before it."""
    entry, of, engagement = begun.entry, begun.of, begun.engagement
    if begun.raised is not None:
        return of_raised(material, of, begun.raised, entry)
    slack = _slack(material, progress, of, engagement, entry.due)
    owner = material.people.get((engagement.owner_id if engagement else None) or "")
    return Dated(
        **entry._asdict(),
        client_id=of.facts.client.id,
        engagement_ref=engagement.ref if engagement else None,
        stage=engagement.stage if engagement else None,
        owner_id=owner.id if owner else None,
        owner=owner.name if owner else None,
        slack_days=None if entry.done else slack.days,
        slack_how="" if entry.done else slack.how,
        hours_left=None if entry.done else slack.hours,
        progress=engagement.progress if engagement else None,
        **begun.told(),
    )


def _slack(material: Material, progress: Progress, of: OfClient, engagement: Engagement | None, due: date) -> Slack:
    if engagement is None:
        return plain_slack(due, material.today)
    logged = progress.logged.get(engagement.id, ZERO)
    owner = material.people.get(engagement.owner_id or "")
    answer = progress.answers.get(of.facts.client.id, ZERO)
    return slack_of(engagement, due, material.today, logged, owner, answer)
