"""Papers of filing and paying: e-file reports, lists of deposits, schedules of estimates, vendor lists, elections, interim reports.

Reports of other programs than tax_papers.py's and payroll.py's, so that each kind is met in several layouts. Decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evals.firm import cast, days
from evals.firm.render import office, pdf, plain
from evals.firm.render.blocks import Block, Fields, Heading, Letterhead, Table, Text, figures
from evals.firm.sample import Profile, Sample

Row = list[object]
Facts = list[tuple[str, object] | tuple[str, object, int]]


@dataclass(frozen=True)
class Ack:
    """One row of an e-file report."""

    form: str
    year: int
    status: str
    on: date
    code: str = ""


@dataclass(frozen=True)
class Paid:
    """One row of a list of deposits: what it is for is a pay date or a month in words."""

    kind: str
    period: date | str
    amount: Decimal
    deposited: date | None


def efile_report(sample: Sample, profile: Profile, name: str, rows: Sequence[Ack]) -> str:
    """The transmitter's status report, a CSV or a page of columns."""
    rng = sample.rng("efile", profile.ref, name)
    body: list[tuple[str, ...]] = []
    facts: Facts = []
    for index, row in enumerate(rows):
        submission = f"{rng.randint(100000, 999999)}{row.on:%Y%j}{rng.randint(1000000, 9999999)}"
        body.append((row.form, str(row.year), submission, row.status, days.short_date(row.on), row.code))
        said = [("form", row.form), ("tax_year", row.year), ("submission", submission), ("status", row.status)]
        said += [("date", row.on), *([("code", row.code)] if row.code else [])]
        facts += [(fact, value, index) for fact, value in said]
    header = ("Form", "Tax Year", "Submission ID", "Status", "Status Date", "Reject Code")
    path = f"documents/{profile.ref}/E-file/{name}"
    if sample.light or rng.random() < 0.5:
        return sample.document(f"{path}.csv", plain.csv_bytes([header, *body]), "acknowledgements", facts)
    blocks: list[Block] = [
        Heading("E-file Acknowledgement Status Report", 1),
        Fields((("Client", profile.name), ("Printed", days.long_date(sample.as_of)))),
        Table(header, tuple(body)),
    ]
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.SMALL), "acknowledgements", facts)


def deposit_list(sample: Sample, profile: Profile, name: str, title: str, rows: Sequence[Paid]) -> str:
    """A list of deposits as a payroll service prints it: a workbook with title rows, or CSV in a light firm."""
    by_date = isinstance(rows[0].period, date)
    header: Row = ["Type", "Pay date" if by_date else "Tax period", "Amount", "Deposited on"]
    facts: Facts = []
    body: list[Row] = []
    for index, row in enumerate(rows):
        period = days.short_date(row.period) if isinstance(row.period, date) else row.period
        body.append([row.kind, period, row.amount, days.short_date(row.deposited) if row.deposited else None])
        said: list[tuple[str, object]] = [("kind", row.kind), ("amount", row.amount)]
        said += [("pay_date", row.period)] if isinstance(row.period, date) else []
        said += [("deposited_on", row.deposited)] if row.deposited else []
        facts += [(fact, value, index) for fact, value in said]
    table: list[Row] = [[profile.name], [title], [], header, *body]
    path = f"documents/{profile.ref}/Payroll/{name}"
    if sample.light:
        text = [[figures(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in table]
        return sample.document(f"{path}.csv", plain.csv_bytes(text), "deposits", facts)
    data = office.xlsx([("Deposits", table)], widths=(22, 16, 14, 16), bold=(1, 2, 4))
    return sample.document(f"{path}.xlsx", data, "deposits", facts)


def estimate_schedule(
    sample: Sample, profile: Profile, form: str, year: int, rows: Sequence[tuple[date, Decimal, date | None]]
) -> str:
    """The instalments of a year: due date, amount and, where it was paid, the day."""
    header = ("Voucher", "Form", "Tax year", "Due date", "Amount", "Date paid")
    body: list[tuple[str, ...]] = []
    facts: Facts = []
    for index, (due, amount, paid) in enumerate(rows):
        shown = days.short_date(paid) if paid else ""
        body.append((str(index + 1), form, str(year), days.short_date(due), figures(amount), shown))
        said = [("form", form), ("tax_year", year), ("due", due), ("amount", amount)]
        facts += [(name, value, index) for name, value in [*said, *([("paid_on", paid)] if paid else [])]]
    path = f"documents/{profile.ref}/Tax {year}/Estimated tax payments {year}"
    if sample.light or sample.rng("schedule", profile.ref).random() < 0.5:
        title = [[profile.name], [f"Schedule of estimated tax payments, {year}"], []]
        return sample.document(f"{path}.csv", plain.csv_bytes([*title, header, *body]), "estimate-schedule", facts)
    blocks: list[Block] = [
        Letterhead(cast.FIRM, cast.FIRM_ADDRESS),
        Heading(f"{year} Estimated Tax Payments", 1),
        Fields((("Prepared for", profile.name),)),
        Table(header, tuple(body), right=(4,)),
        Text("Please tell us the day of each payment, so that the return takes credit for it."),
    ]
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.MODERN), "estimate-schedule", facts)


def contractors(
    sample: Sample, profile: Profile, name: str, year: int, when: str, rows: Sequence[tuple[str, Decimal, bool]]
) -> str:
    """The report of contractor payments with its W-9 column, as an accounting program exports it."""
    facts: Facts = []
    for index, (vendor, paid, has) in enumerate(rows):
        said = [("name", vendor), ("paid", paid), ("w9_on_file", "yes" if has else "no"), ("year", year)]
        facts += [(fact, value, index) for fact, value in said]
    title = [[profile.name], ["1099 Contractor Payments Summary"], [when], []]
    body = [[vendor, figures(paid), "Yes" if has else "No"] for vendor, paid, has in rows]
    total = ["TOTAL", figures(sum((paid for _, paid, _ in rows), Decimal(0))), ""]
    table = [*title, ["Contractor name", "Total paid", "W-9 on file"], *body, total]
    path = f"documents/{profile.ref}/Tax {year}/{name}.csv"
    return sample.document(path, plain.csv_bytes(table), "vendor-totals", facts)


def new_grant(sample: Sample, profile: Profile, who: str, granted: date, filed: bool) -> str:
    """A restricted stock agreement of these weeks that says whether the §83(b) election is filed."""
    shares = sample.rng("grant", profile.ref).randrange(800, 9000, 100)
    facts: Facts = [("recipient", who), ("grant_date", granted), ("shares", shares)]
    facts.append(("election_83b_filed", "yes" if filed else "no"))
    blocks: list[Block] = [
        Heading("RESTRICTED STOCK PURCHASE AGREEMENT", 1),
        Fields(
            (
                ("Company", profile.name),
                ("Recipient", who),
                ("Grant date", days.long_date(granted)),
                ("Number of shares", f"{shares:,}"),
                ("Purchase price per share", "$0.25"),
                ("Section 83(b) election filed", "Yes" if filed else "No"),
            )
        ),
        Text("The shares vest over four years and are forfeited to the Company on the earlier end of employment."),
        Text("The Recipient alone is responsible for the election and has been told to consult a tax adviser."),
        Text(f"/s/ {profile.owners[0].name}, {profile.owners[0].title}\n/s/ {who}"),
    ]
    path = f"documents/{profile.ref}/Permanent/Stock purchase {who} {granted.year}"
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "stock-agreement", facts)
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.LETTER), "stock-agreement", facts)


def form_2553(sample: Sample, profile: Profile, effective: date, signed: date) -> str:
    """A copy of the signed Form 2553."""
    facts: Facts = [("form", "2553"), ("effective", effective)]
    blocks: list[Block] = [
        Heading("Form 2553  Election by a Small Business Corporation", 1),
        Fields(
            (
                ("Name", profile.name),
                ("EIN", profile.client.tax_id),
                ("Effective date of election", days.long_date(effective)),
                ("Selected tax year", "Calendar year"),
            )
        ),
        Text(f"Signed {days.long_date(signed)} by all shareholders; sent by certified mail the same day."),
        Text(f"/s/ {profile.owners[0].name}"),
    ]
    path = f"documents/{profile.ref}/Permanent/Form 2553 signed"
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "election", facts)
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.LETTER), "election", facts)


def profit_and_loss(
    sample: Sample,
    profile: Profile,
    name: str,
    span: tuple[date, date],
    income: Sequence[tuple[str, Decimal]],
    cost: Sequence[tuple[str, Decimal]],
    expense: Sequence[tuple[str, Decimal]],
) -> str:
    """A profit and loss of any span, with several lines of income."""
    start, end = span
    sums = [sum((amount for _, amount in part), Decimal(0)) for part in (income, cost, expense)]
    gross, net = sums[0] - sums[1], sums[0] - sums[1] - sums[2]
    facts: Facts = [("period_start", start), ("period_end", end), ("revenue", sums[0]), ("cost_of_sales", sums[1])]
    facts += [("gross_profit", gross), ("net_income", net)]
    for index, (line, amount) in enumerate([*income, *cost, *expense]):
        facts += [("line", line, index), ("amount", amount, index)]
    when = f"{end:%B} {end.year}" if start.month == end.month else f"{start:%B} - {end:%B} {end.year}"
    table: list[Row] = [[profile.name], ["Profit and Loss"], [when], [], [None, "Total"], ["Income"]]
    table += [[f"   {line}", amount] for line, amount in income]
    table += [["Total Income", sums[0]], ["Cost of Goods Sold"], *([f"   {line}", amount] for line, amount in cost)]
    table += [["Total Cost of Goods Sold", sums[1]], ["Gross Profit", gross], ["Expenses"]]
    table += [*([f"   {line}", amount] for line, amount in expense), ["Total Expenses", sums[2]], ["Net Income", net]]
    text = [[figures(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in table]
    path = f"books/{profile.ref}/{name}.csv"
    return sample.document(path, plain.csv_bytes(text), "profit-and-loss", facts)
