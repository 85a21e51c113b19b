"""Lists over all clients: returns by their stage, clients of a kind or a person, who paid, which leases and papers end.

Each answer takes a fixed number of queries. Papers are told by the facts that were read in them.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import quote

from sqlalchemy import select

from store import tables
from workspace.evidence import DocumentEvidence, RecordEvidence
from workspace.firm_asking.grammar import FirmQuestion
from workspace.firm_asking.table import FirmAnswer, FirmLine, mine, summed
from workspace.firm_asking.work import engagements, work_page
from workspace.scope import Scope
from workspace.signals.proof import total
from workspace.signals.words import away, count, day, dollars, listed, month_and_day
from workspace.snapshot.model import FINISHED, RETURNS

# The day on which a paper of each kind ends, by the name of its fact.
_ENDS = {"certificate": "expires_on", "lease": "end", "loan-agreement": "maturity"}
_PAPER = {"certificate": "certificate", "lease": "lease", "loan-agreement": "loan"}
SOON = 365  # days looked ahead for papers that end, where a question names none


def returns(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Returns in the stages that are asked for, open ones without one; filed ones of the span, or of this year. With `all_work` other
    engagements too."""
    of = mine(scope, asked)
    filed = set(asked.stages) >= set(FINISHED)
    first, last = asked.first or date(scope.today.year, 1, 1), asked.last or scope.today
    people = dict(scope.session.execute(select(tables.Person.id, tables.Person.name)).tuples().all())
    lines = []
    for one in engagements(scope, of, finished=filed):
        if not (asked.all_work or one.template in RETURNS) or (asked.stages and one.stage not in asked.stages):
            continue
        if filed and not (one.filed_on and first <= one.filed_on <= last):
            continue
        ref, name = of.names[one.client_id]
        until = one.filed_on if filed else (one.extended_to or one.due)
        field = "filed_on" if filed else "extended_to" if one.extended_to else "due"
        when = day(until) if until else "no date"
        cells = (one.title, one.stage.replace("-", " "), when, people.get(one.owner_id or "", "nobody"))
        proof = tuple(
            RecordEvidence(f"engagement:{one.ref}", name, str(value or ""))
            for name, value in (("stage", one.stage), (field, until))
        )
        lines.append(FirmLine(ref, name, cells, work_page(ref, one.ref), proof))
    what = "engagement" if asked.all_work else "return"
    how = "filed" if filed else listed([one.replace("-", " ") for one in asked.stages]) or "not finished"
    span = f" from {day(first)} to {day(last)}" if filed else ""
    some = f"{count(len(lines), f'{what} is', f'{what}s are')} {how}{span}."
    said = some if lines else f"No {what} is {how}{span}."
    return FirmAnswer(
        asked, said, (what, "stage", "filed" if filed else "due", "who does it"), tuple(lines), len(of.names)
    )


def clients(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """The clients that the question describes."""
    of, row, person = mine(scope, asked), tables.Client, tables.Person
    people = dict(scope.session.execute(select(person.id, person.name)).tuples().all())
    query = select(row).where(row.id.in_(of.ids)).order_by(row.name, row.ref)
    if asked.no_ai:
        query = query.where(row.ai_policy == "none")
    if asked.other_year:
        query = query.where(row.fiscal_year_end != "12-31")
    lines = []
    for one in scope.session.scalars(query):
        if of.served and one.id not in of.served:  # who has clients of her own is not asked about those she works for
            continue
        cells = (one.entity_type, month_and_day(one.fiscal_year_end), people.get(one.partner_id or "", "nobody"))
        more = (("ai_policy", one.ai_policy),) if asked.no_ai else ()
        fields = (("entity_type", one.entity_type), ("fiscal_year_end", one.fiscal_year_end), *more)
        proof = tuple(RecordEvidence(f"client:{one.ref}", name, value) for name, value in fields)
        lines.append(FirmLine(one.ref, one.name, cells, f"/clients/{quote(one.ref)}", proof))
    kind = " of this kind" if asked.entities else ""
    own = f" of {people[of.person_id]}" if of.person_id in people else ""
    rest = " that allow no AI" if asked.no_ai else ""
    rest += " whose year does not end with December" if asked.other_year else ""
    some = f"{count(len(lines), 'client')}{kind}{own}{rest}."
    said = some if lines else f"No client{kind}{own}{rest}."
    return FirmAnswer(asked, said, ("kind", "year end", "partner"), tuple(lines), len(of.names))


def paid(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Who paid in the span, this year without one; the most first."""
    of, bill, payment = mine(scope, asked), tables.Invoice, tables.Payment
    first, last = asked.first or date(scope.today.year, 1, 1), min(asked.last or scope.today, scope.today)
    rows = scope.session.execute(
        select(payment.client_id, payment.id, bill.number, payment.paid_on, payment.amount)
        .join(bill, bill.id == payment.invoice_id)
        .where(payment.client_id.in_(of.ids), payment.paid_on >= first, payment.paid_on <= last)
        .order_by(payment.paid_on, payment.id)
    )
    found: dict[str, list[tuple[str, str, date, Decimal]]] = defaultdict(list)
    for client_id, row_id, number, on, amount in rows.tuples():
        found[client_id].append((row_id, number, on, amount))
    lines = []
    for client_id, several in found.items():
        whole = summed([amount for *_, amount in several])
        if whole > (asked.over or Decimal(0)):
            ref, name = of.names[client_id]
            inputs = [RecordEvidence(f"payment:{row_id}", "amount", str(amount)) for row_id, _, _, amount in several]
            cells = (dollars(whole), day(several[-1][2]), listed([number for _, number, *_ in several], 3))
            proof = total([amount for *_, amount in several], inputs)
            lines.append((whole, FirmLine(ref, name, cells, f"/clients/{quote(ref)}/money", (proof,))))
    lines.sort(key=lambda pair: (-pair[0], pair[1].client_ref))
    whole = summed([amount for amount, _ in lines])
    span = f"from {day(first)} to {day(last)}"
    said = f"{count(len(lines), 'client')} paid us {dollars(whole)} {span}." if lines else f"Nobody paid us {span}."
    return FirmAnswer(asked, said, ("paid", "last on", "for invoices"), tuple(line for _, line in lines), len(of.names))


def ending(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Leases, loans and certificates that end in the span, in the next twelve months without one, by the day."""
    of, paper, fact = mine(scope, asked), tables.Document, tables.FactRow
    first, last = asked.first or scope.today, asked.last or scope.today + timedelta(days=asked.days or SOON)
    kinds = asked.papers or tuple(_ENDS)
    rows = scope.session.execute(
        select(fact, paper.kind, paper.path)
        .join(paper, paper.current_version_id == fact.version_id)
        .where(fact.client_id.in_(of.ids), paper.client_id.in_(of.ids), paper.kind.in_(kinds), fact.row.is_(None))
        .where(paper.superseded_by.is_(None), paper.duplicate_of.is_(None), fact.name.in_(_ENDS.values()))
        .where(fact.value >= first.isoformat(), fact.value <= last.isoformat())
        .order_by(fact.value, paper.path, fact.id)
    )
    lines = []
    for one, kind, path in rows.tuples():
        if kind is None or one.name != _ENDS[kind]:
            continue
        ref, name = of.names[one.client_id]
        ends = date.fromisoformat(one.value)
        proof = DocumentEvidence(one.document_id, one.version_id, one.page, one.start, one.end, one.quote)
        cells = (_PAPER[kind], f"{day(ends)} ({away(ends, scope.today)})", path)
        lines.append(FirmLine(ref, name, cells, f"/documents/{quote(one.document_id)}?page={one.page}", (proof,)))
    span = f"from {day(first)} to {day(last)}"
    what = " or ".join(_PAPER[one] for one in kinds)
    some = (
        f"{count(len(lines), f'{what} ends', f'{what}s end')} {span}."
        if len(kinds) == 1
        else f"{len(lines)} papers end {span}."
    )
    said = some if lines else f"No {what} ends {span}."
    return FirmAnswer(asked, said, ("paper", "ends", "document"), tuple(lines), len(of.names))
