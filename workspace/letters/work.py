"""The engagements that a letter covers: those on record, and those that begin to exist when it is signed."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict
from store.ids import new_id, stable_id
from store.tables import Client, Deliverable, Engagement, Proposal, ProposalLine, RecurringFee, Signing, Task
from workspace.acting import record
from workspace.deadlines import add_months
from workspace.letters.proposals import amount_of, periods
from workspace.scope import Scope
from workspace.snapshot import RETURNS
from workspace.workflow.periods import due_on, length_of
from workspace.workflow.starting import plan_steps
from workspace.workflow.templates import template_of

FEE_MONTHS = (1, 3, 6, 12)
_YEAR = re.compile(r"\b(20\d\d)\b")


def covered(scope: Scope, signing: Signing, letter: Deliverable) -> list[Engagement]:
    """The engagements on record that the letter is about, by ref."""
    ids = {letter.engagement_id} if letter.engagement_id else set()
    ids |= {line.engagement_id for line in _lines(scope, signing) if line.engagement_id}
    wanted = select(Engagement).where(Engagement.id.in_(ids), Engagement.client_id == signing.client_id)
    return list(scope.session.scalars(wanted.order_by(Engagement.ref)))


def begin_work(scope: Scope, signing: Signing, letter: Deliverable, client: Client) -> list[Engagement]:
    """As `covered`, after an engagement was made for each line of the proposal that had none, with its steps, and a fee for each price that
    recurs; its work may start."""
    proposal = scope.session.get(Proposal, signing.proposal_id) if signing.proposal_id else None
    for line in _lines(scope, signing):
        if line.engagement_id is None and proposal is not None:
            line.engagement_id = _begun(scope, client, proposal, line).id
        if line.pricing == "recurring" and proposal is not None:
            _fee(scope, signing, proposal, line)
    scope.session.flush()
    return covered(scope, signing, letter)


def _lines(scope: Scope, signing: Signing) -> Iterator[ProposalLine]:
    """Those that the signed letter covers."""
    if signing.proposal_id is None:
        return
    choice = scope.session.get_one(Proposal, signing.proposal_id).choice
    wanted = select(ProposalLine).where(ProposalLine.proposal_id == signing.proposal_id).order_by(ProposalLine.place)
    for line in scope.session.scalars(wanted):
        if line.option in ("", choice):
            yield line


def _begun(scope: Scope, client: Client, proposal: Proposal, line: ProposalLine) -> Engagement:
    start, end = period_of(line.template, line.title, proposal.start, proposal.end, client.fiscal_year_end)
    template = template_of(scope, line.template)
    # of monthly work that is agreed for a year the letter makes one engagement; its months come from a series
    whole = template.every in (None, length_of(start, end))
    times = periods(proposal.start, proposal.end, line.months) if line.pricing == "recurring" else 1
    ref = _free_ref(scope, f"{client.ref}-{end.year}-{line.template}")
    row = Engagement(
        id=stable_id("eng", ref),
        client_id=client.id,
        ref=ref,
        template=line.template,
        title=titled(line.template, line.title, end),
        period_start=start,
        period_end=end,
        due=due_on(template.due, start, end, client.state) if whole else None,
        stage="not-started",
        progress=0,
        fee_type="hourly" if line.pricing == "hourly" else "fixed",
        fee=amount_of(line.price, line.quantity, times),
        budget_hours=line.quantity if line.pricing == "hourly" else None,
        owner_id=client.manager_id or client.partner_id,
        template_version=template.version if whole else None,
        custom={},
    )
    scope.session.add(row)
    scope.session.flush()
    if whole:
        plan_steps(scope, row, template, client)
        _letter_is_signed(scope, row)
    record(scope, AuditTag.ENGAGEMENT_STARTED, f"engagement:{ref}", client.id, template=line.template, due=row.due)
    return row


def _letter_is_signed(scope: Scope, work: Engagement) -> None:
    """The step that sends the letter is behind: this work begins because the letter is signed."""
    steps = select(Task).where(Task.engagement_id == work.id, Task.step == "letter", Task.client_id == work.client_id)
    for task in scope.session.scalars(steps):
        task.status, task.done_on = "done", scope.today
        by = {"done_by": scope.email, "done_on": scope.today.isoformat()}
        task.checklist = [item | by for item in task.checklist]
    scope.session.flush()


def _fee(scope: Scope, signing: Signing, proposal: Proposal, line: ProposalLine) -> None:
    """The recurring price of a line as a fee that is drafted from the term's first day on, once for each whole period of the term. None
    where a fee of that engagement or of those words goes on already, or where fees do not recur so often."""
    if line.months not in FEE_MONTHS:
        return
    runs = select(RecurringFee.id).where(
        RecurringFee.client_id == line.client_id,
        (RecurringFee.engagement_id == line.engagement_id) | (RecurringFee.text == line.title),
        RecurringFee.ended_on.is_(None) | (RecurringFee.ended_on > proposal.start),
    )
    if scope.session.scalars(runs.limit(1)).first() is not None:
        return
    amount, times = amount_of(line.price, line.quantity, 1), periods(proposal.start, proposal.end, line.months)
    row = RecurringFee(
        id=new_id("fee"),
        client_id=line.client_id,
        engagement_id=line.engagement_id,
        text=line.title,
        amount=amount,
        months=line.months,
        next_on=proposal.start,
        ended_on=add_months(proposal.start, line.months * times),
        created_by=signing.created_by,
    )
    scope.session.add(row)
    scope.session.flush()
    told = {"amount": amount, "months": row.months, "first": row.next_on, "until": row.ended_on}
    record(scope, AuditTag.FEE_SET, f"fee:{row.id}", row.client_id, **told)


def _free_ref(scope: Scope, wanted: str) -> str:
    """A ref that no engagement has: the wanted one, else with a number behind it."""
    taken = set(scope.session.scalars(select(Engagement.ref).where(Engagement.ref.startswith(wanted, autoescape=True))))
    for number in range(1, 1000):
        ref = wanted if number == 1 else f"{wanted}-{number}"
        if ref not in taken:
            return ref
    raise Conflict(f"there are a thousand engagements {wanted}")


def titled(template: str, title: str, end: date) -> str:
    """What the work is called: a return bears its year."""
    return f"{end.year} {title}" if template in RETURNS and not _YEAR.search(title) else title


def period_of(template: str, title: str, start: date, end: date, year_end: str) -> tuple[date, date]:
    """The period of the work: of a return the fiscal year that its title names, else the last one that ended before the term's end;
    of other work the term of the letter. `year_end` is MM-DD."""
    if template not in RETURNS:
        return start, end
    named = _YEAR.search(title)
    last = _year_end(int(named[1]) if named else end.year, year_end)
    while named is None and last >= end:
        last = _year_end(last.year - 1, year_end)
    return add_months(last + timedelta(days=1), -12), last


def _year_end(year: int, month_day: str) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    first_after = date(year + (month == 12), month % 12 + 1, 1)
    last_of_month = first_after - timedelta(days=1)
    return min(last_of_month, date(year, month, min(day, last_of_month.day)))
