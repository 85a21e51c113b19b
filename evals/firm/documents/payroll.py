"""Payroll registers that add up, and schedules of the deposits that go with them."""

from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days, names
from evals.firm.render import office, pdf, plain
from evals.firm.render.blocks import Block, Fields, Heading, Letterhead, Table, figures
from evals.firm.sample import FactPairs, Profile, Sample

CENT = Decimal("0.01")
# Name, gross, federal, FICA, state, net.
_Line = tuple[str, Decimal, Decimal, Decimal, Decimal, Decimal]


def register(sample: Sample, profile: Profile, pay_date: date, *, layout: str = "") -> str:
    """A biweekly register: gross, withholding, net for each employee, and the total line."""
    rng = sample.rng("payroll", profile.ref)
    people = [names.person(rng) for _ in range(rng.randint(4, 11))]
    rates = [Decimal(rng.randint(1350, 3900)) for _ in people]
    turn = sample.rng("payroll", profile.ref, pay_date)
    end = pay_date - timedelta(days=5)
    start = end - timedelta(days=13)
    lines = [
        _line(person, rate + Decimal(turn.randint(-9000, 14000)) / 100)
        for person, rate in zip(people, rates, strict=True)
    ]
    totals = [sum(column, Decimal(0)) for column in zip(*(line[1:] for line in lines), strict=True)]
    facts: FactPairs = [
        ("pay_date", pay_date),
        ("period_start", start),
        ("period_end", end),
        ("gross", totals[0]),
        ("federal_withheld", totals[1]),
        ("net", totals[4]),
        ("employees", len(people)),
    ]
    header = ("Employee", "Gross pay", "Federal W/H", "FICA", "State W/H", "Net pay")
    path = f"documents/{profile.ref}/Payroll/Payroll register {pay_date:%Y-%m-%d}"
    body = [(line[0], *line[1:]) for line in lines]
    if not sample.light and (layout or rng.choice(("pdf", "xlsx", "pdf"))) == "xlsx":
        sheet: list[list[object]] = [
            [profile.name],
            ["Payroll Register"],
            [f"Pay date: {days.short_date(pay_date)}   Pay period: {days.short_date(start)} - {days.short_date(end)}"],
            [],
            list(header),
            *(list(row) for row in body),
            [f"Totals ({len(people)} employees)", *totals],
        ]
        data = office.xlsx([("Register", sheet)], widths=(30, 14, 14, 14, 14, 14), bold=(1, 5, len(sheet)))
        return sample.document(f"{path}.xlsx", data, "payroll-register", facts)
    rows = [(line[0], *(figures(cell) for cell in line[1:])) for line in lines]
    rows.append((f"Totals ({len(people)} employees)", *(figures(total) for total in totals)))
    blocks: list[Block] = [
        Letterhead(profile.name, ("Payroll Register",)),
        Fields(
            (
                ("Pay date", days.short_date(pay_date)),
                ("Pay period", f"{days.short_date(start)} - {days.short_date(end)}"),
                ("Employees paid", str(len(people))),
            )
        ),
        Table(header, tuple(rows), right=(1, 2, 3, 4, 5), total=True),
    ]
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "payroll-register", facts)
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.SMALL), "payroll-register", facts)


def _line(person: str, gross: Decimal) -> _Line:
    federal, fica, state = ((gross * Decimal(share)).quantize(CENT) for share in ("0.108", "0.0765", "0.0307"))
    return person, gross.quantize(CENT), federal, fica, state, (gross - federal - fica - state).quantize(CENT)


def deposits(sample: Sample, profile: Profile, *, months: int = 3) -> str:
    """Form 941 deposits of a monthly depositor: on the 15th of the next month, on time."""
    rng = sample.rng("deposits", profile.ref)
    rows, facts = [], []
    for index, end in enumerate(days.month_ends(date(sample.tax_year, 12, 31), months)):
        amount = Decimal(rng.randint(420000, 1350000)) / 100
        due = days.roll(end + timedelta(days=15))
        rows.append(("941", f"{end:%B %Y}", days.short_date(due), figures(amount)))
        facts += [
            ("kind", "941", index),
            ("period", f"{end:%Y-%m}", index),
            ("amount", amount, index),
            ("deposited_on", due, index),
        ]
    blocks: list[Block] = [
        Heading("EFTPS deposit history", 1),
        Fields((("Taxpayer", profile.name), ("EIN", profile.client.tax_id))),
        Table(("Form", "Tax period", "Settlement date", "Amount"), tuple(rows), right=(3,)),
    ]
    path = f"documents/{profile.ref}/Payroll/EFTPS deposits {sample.tax_year} Q4"
    if sample.light or rng.random() < 0.5:
        table = [["Form", "Tax Period", "Settlement Date", "Amount"], *rows]
        return sample.document(f"{path}.csv", plain.csv_bytes(table), "deposits", facts)
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.MODERN), "deposits", facts)
