"""Work over all clients: returns due and extended, letters not signed, budgets overrun, open requests, silence, officers without wages.

Each answer takes a fixed number of queries. Dates are the calendar's, books those that intake has read.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, type_coerce

from store import tables
from store.types import Hours
from workspace.calendar import Wanted, calendar_of
from workspace.evidence import Evidence, RecordEvidence
from workspace.firm_asking.grammar import FirmQuestion
from workspace.firm_asking.table import FirmAnswer, FirmLine, Mine, mine
from workspace.scope import Scope
from workspace.signals.elections import officer_wages
from workspace.signals.ledger import is_year_end, trial_balances
from workspace.signals.words import away, count, day, dollars, listed, plain
from workspace.snapshot import Client, Document, Fact, Snapshot
from workspace.snapshot.model import FINISHED

AHEAD = 31  # days looked ahead where a question names none
PAST = 1826  # days looked back for what is late
SILENT = 30
BOOKS = 730  # days for which a year-end trial balance counts


def due(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Returns due in the span (the next month without one), and what is past and open; `waiting`: only those with open request items."""
    of = mine(scope, asked)
    first, last = _ahead(scope, asked)
    calendar = calendar_of(scope, Wanted(first, last, kind="return"))
    refs = {ref for ref, _ in of.names.values()}
    items = _open_items(scope, of)
    lines = []
    for one in sorted(calendar.dates, key=lambda d: (d.due, d.client_ref)):
        waits = items.get(one.engagement_ref or "", [])
        if one.client_ref not in refs or (asked.waiting and not waits):
            continue
        what = listed([item for _, item in waits], 2) if waits else "nothing"
        cells = (one.title, f"{day(one.due)} ({away(one.due, scope.today)})", (one.stage or "").replace("-", " "), what)
        proof = (
            RecordEvidence(f"engagement:{one.engagement_ref}", "due", one.due.isoformat()),
            *(RecordEvidence(f"request:{row}", "item", item) for row, item in waits),
        )
        lines.append(FirmLine(one.client_ref, one.client, cells, work_page(one.client_ref, one.engagement_ref), proof))
    more = " and still waits for documents" if asked.waiting else ""
    mores = " and still wait for documents" if asked.waiting else ""
    span = f"from {day(first)} to {day(last)}"
    some = f"{count(len(lines), f'return is due {span}{more}', f'returns are due {span}{mores}')}."
    said = some if lines else f"No return is due {span}{more}."
    return FirmAnswer(asked, said, ("return", "due", "stage", "waits for"), tuple(lines), len(of.names))


def _ahead(scope: Scope, asked: FirmQuestion) -> tuple[date, date]:
    """The span that is asked for; what is late lies before today, everything else from today on."""
    if asked.late and asked.first is None:
        return scope.today - timedelta(days=PAST), scope.today - timedelta(days=1)
    last = asked.last or (scope.today + timedelta(days=asked.days if asked.days is not None else AHEAD))
    return asked.first or scope.today, last


def _open_items(scope: Scope, of: Mine) -> dict[str, list[tuple[str, str]]]:
    """Open request items by the ref of their engagement."""
    item, request, work = tables.RequestItem, tables.ClientRequest, tables.Engagement
    rows = scope.session.execute(
        select(work.ref, item.id, item.item)
        .join(request, request.id == item.request_id)
        .join(work, work.id == request.engagement_id)
        .where(item.client_id.in_(of.ids), item.received_on.is_(None), request.closed_on.is_(None))
        .order_by(item.due, item.item, item.id)
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for ref, row_id, text in rows.tuples():
        found[ref].append((row_id, text))
    return found


def work_page(client_ref: str, engagement_ref: str | None) -> str:
    return f"/clients/{quote(client_ref)}/work" + (f"#{quote(engagement_ref, safe='')}" if engagement_ref else "")


def engagements(scope: Scope, of: Mine, *, finished: bool = False) -> list[tables.Engagement]:
    """The open engagements, or the finished ones, of each client by ref; of somebody's, those that she does and those of her clients."""
    work = tables.Engagement
    stage = work.stage.in_(FINISHED) if finished else work.stage.not_in(FINISHED)
    query = select(work).where(work.client_id.in_(of.ids), stage).order_by(work.ref)
    found = (one for one in scope.session.scalars(query) if of.takes(one.client_id, one.owner_id))
    return sorted(found, key=lambda one: (of.names[one.client_id][0], one.ref))


def extended(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Open returns with an extended date."""
    of = mine(scope, asked)
    lines = []
    for one in engagements(scope, of):
        until = one.extended_to
        if until is not None and (asked.last is None or until <= asked.last):
            ref, name = of.names[one.client_id]
            cells = (one.title, day(until), one.stage.replace("-", " "))
            proof = (RecordEvidence(f"engagement:{one.ref}", "extended_to", until.isoformat()),)
            lines.append(FirmLine(ref, name, cells, work_page(ref, one.ref), proof))
    said = (
        f"{count(len(lines), 'open return is', 'open returns are')} extended."
        if lines
        else "No open return is extended."
    )
    return FirmAnswer(asked, said, ("return", "extended to", "stage"), tuple(lines), len(of.names))


def no_letter(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Open engagements whose letter is not signed, or was never sent."""
    of, letter = mine(scope, asked), tables.EngagementLetter
    rows = scope.session.execute(
        select(letter.engagement_id, letter.sent_on, letter.signed_on).where(letter.client_id.in_(of.ids))
    )
    letters = {engagement: (sent, signed) for engagement, sent, signed in rows.tuples()}
    lines = []
    for one in engagements(scope, of):
        sent, signed = letters.get(one.id, (None, None))
        if signed is None:
            ref, name = of.names[one.client_id]
            cells = (one.title, f"sent {day(sent)}" if sent else "no letter on record", one.stage.replace("-", " "))
            proof = tuple(
                RecordEvidence(f"engagement:{one.ref}", field, value)
                for field, value in (("letter_sent_on", sent.isoformat() if sent else ""), ("letter_signed_on", ""))
            )
            lines.append(FirmLine(ref, name, cells, work_page(ref, one.ref), proof))
    clients = len({line.client_ref for line in lines})
    some = f"{count(clients, 'client has', 'clients have')} open work without a signed letter: {count(len(lines), 'engagement')}."
    said = some if lines else "All open work has a signed letter."
    return FirmAnswer(asked, said, ("engagement", "letter", "stage"), tuple(lines), len(of.names))


def over_budget(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Open engagements whose hours have passed their budget hours."""
    of, entry = mine(scope, asked), tables.TimeEntry
    rows = scope.session.execute(
        select(entry.engagement_id, type_coerce(func.sum(entry.hours), Hours()))
        .where(entry.client_id.in_(of.ids), entry.date <= scope.today)
        .group_by(entry.engagement_id)
    )
    logged: Mapping[str | None, Decimal | None] = dict(rows.tuples().all())
    lines = []
    for one in engagements(scope, of):
        hours, budget = logged.get(one.id) or Decimal(0), one.budget_hours
        if budget and hours > budget:
            ref, name = of.names[one.client_id]
            used = (100 * hours / budget).quantize(Decimal(1))
            cells = (one.title, f"{plain(hours)} of {plain(budget)}", f"{plain(used)}%")
            proof = (
                RecordEvidence(f"engagement:{one.ref}", "hours logged", plain(hours)),
                RecordEvidence(f"engagement:{one.ref}", "budget_hours", str(budget)),
            )
            lines.append(FirmLine(ref, name, cells, work_page(ref, one.ref), proof))
    said = (
        f"{count(len(lines), 'engagement is', 'engagements are')} over budget."
        if lines
        else "No open engagement is over its budget."
    )
    return FirmAnswer(asked, said, ("engagement", "hours of budget", "used"), tuple(lines), len(of.names))


def requests(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Clients who have not sent what we asked for; with `days`, what was asked for longer ago than that, or where it is said to be late was
    due longer ago."""
    of, item = mine(scope, asked), tables.RequestItem
    query = (
        select(item.client_id, item.id, item.item, item.due)
        .join(tables.ClientRequest, tables.ClientRequest.id == item.request_id)
        .where(item.client_id.in_(of.ids), item.received_on.is_(None), tables.ClientRequest.closed_on.is_(None))
    )
    if asked.days is not None:
        since = item.due if asked.late else item.requested_on
        query = query.where(since < scope.today - timedelta(days=asked.days))
    found: dict[str, list[tuple[str, str, date | None]]] = defaultdict(list)
    for client_id, row_id, text, on in scope.session.execute(query.order_by(item.due, item.item, item.id)).tuples():
        found[client_id].append((row_id, text, on))
    lines = []
    for client_id, rows in sorted(found.items(), key=lambda pair: (-len(pair[1]), of.names[pair[0]][0])):
        ref, name = of.names[client_id]
        dates = [on for _, _, on in rows if on]
        oldest = f"{day(min(dates))} ({away(min(dates), scope.today)})" if dates else "no date"
        cells = (str(len(rows)), listed([text for _, text, _ in rows], 2), oldest)
        proof = tuple(RecordEvidence(f"request:{row_id}", "item", text) for row_id, text, _ in rows)
        lines.append(FirmLine(ref, name, cells, work_page(ref, None), proof))
    some = f"{count(len(lines), 'client has', 'clients have')} not sent {count(sum(map(len, found.values())), 'item')} that we asked for."
    said = some if lines else "No client owes us an item."
    return FirmAnswer(asked, said, ("open", "items", "first due"), tuple(lines), len(of.names))


def silent(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Clients who have open work and have not written for more than `days` (30 without one)."""
    of, mail, work = mine(scope, asked), tables.Message, tables.Engagement
    days = asked.days or SILENT
    firm = scope.session.scalars(select(tables.Firm.timezone)).first() or "America/New_York"
    rows = scope.session.execute(
        select(mail.client_id, func.max(mail.sent_at))
        .where(mail.client_id.in_(of.ids), mail.direction == "in", mail.sent_at.is_not(None), mail.sent_at <= scope.now)
        .group_by(mail.client_id)
    )
    last = {client: _day(sent, firm) for client, sent in rows.tuples() if sent is not None}
    busy = set(
        scope.session.scalars(select(work.client_id).where(work.client_id.in_(of.ids), work.stage.not_in(FINISHED)))
    )
    lines = []
    quiet = [(one, last.get(one)) for one in of.names if one in busy]
    for client_id, on in sorted(quiet, key=lambda pair: (pair[1] or date.min, of.names[pair[0]][0])):
        if on is None or (scope.today - on).days > days:
            ref, name = of.names[client_id]
            cells = (f"{day(on)} ({away(on, scope.today)})" if on else "never",)
            proof = (RecordEvidence(f"client:{ref}", "last message", on.isoformat() if on else ""),)
            lines.append(FirmLine(ref, name, cells, f"/clients/{quote(ref)}/mail", proof))
    some = f"{count(len(lines), 'client', 'clients')} with open work did not write for more than {days} days."
    said = some if lines else f"Every client with open work wrote within {days} days."
    return FirmAnswer(asked, said, ("last wrote",), tuple(lines), len(of.names))


def _day(sent: datetime, zone: str) -> date:
    return sent.astimezone(ZoneInfo(zone)).date()


def no_officer_wages(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """S corporations whose last year-end trial balance books no wages of officers; those without such books are told apart."""
    of = mine(scope, FirmQuestion(asked.topic, ("1120-S",), asked.person_id))
    lines, unread = [], []
    for client_id, snapshot in _books(scope, of).items():
        ref, name = of.names[client_id]
        ends = [one for one in trial_balances(snapshot) if is_year_end(snapshot.client.fiscal_year_end, one.as_of)]
        years = [one for one in ends if (scope.today - one.as_of).days <= BOOKS]
        if not years:
            unread.append(f"{name} ({ref}): no year-end trial balance on file")
            continue
        books = years[-1]
        wages = officer_wages(books)
        if wages.amount > 0:
            continue
        net = books.net_income()
        cells = (f"{day(books.as_of)}", dollars(wages.amount), dollars(net.amount))
        account: tuple[Evidence, ...] = (wages.proof, net.proof)
        lines.append(FirmLine(ref, name, cells, f"/documents/{quote(books.document.id)}", account))
    some = f"{count(len(lines), 'S corporation has', 'S corporations have')} no officer wages in the last year-end trial balance."
    said = some if lines else "Every S corporation with a year-end trial balance on file books officer wages."
    return FirmAnswer(
        asked, said, ("books of", "officer wages", "net income"), tuple(lines), len(of.names), tuple(unread)
    )


def _books(scope: Scope, of: Mine) -> dict[str, Snapshot]:
    """Of each client a snapshot that holds its trial balances alone; two queries."""
    paper, row = tables.Document, tables.FactRow
    kept = (paper.client_id.in_(of.ids), paper.kind == "trial-balance", paper.superseded_by.is_(None))
    rows = scope.session.execute(
        select(row, paper.path, paper.name)
        .join(paper, paper.current_version_id == row.version_id)
        .where(row.client_id.in_(of.ids), *kept, paper.duplicate_of.is_(None))
        .order_by(paper.path, row.page, row.start, row.name, row.id)
    )
    facts: dict[str, dict[tuple[str, str, str], list[Fact]]] = {one: defaultdict(list) for one in of.names}
    for f, path, name in rows.tuples():
        place = (f.document_id, f.version_id, f.page, f.start, f.end, f.quote, f.row, f.confidence)
        facts[f.client_id][f.document_id, path, name].append(Fact(f.name, f.type, f.value, *place))
    ends = scope.session.execute(
        select(tables.Client.id, tables.Client.fiscal_year_end).where(tables.Client.id.in_(of.ids))
    )
    found: dict[str, Snapshot] = {}
    for client_id, end in ends.tuples():
        papers = tuple(
            Document(key[0], key[1], key[2], "trial-balance", facts=tuple(held))
            for key, held in facts[client_id].items()
        )
        ref, name = of.names[client_id]
        found[client_id] = Snapshot(Client(client_id, ref, name, "1120-S", fiscal_year_end=end), documents=papers)
    return dict(sorted(found.items(), key=lambda pair: pair[1].client.ref))
