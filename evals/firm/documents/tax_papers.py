"""Papers of the tax year: organizers, last year's return, e-file acknowledgements, estimates, vendor totals."""

from datetime import date
from decimal import Decimal

from evals.firm import cast, days, names
from evals.firm.documents import corporate
from evals.firm.render import office, pdf, plain
from evals.firm.render.blocks import Block, Fields, Heading, Letterhead, Table, Text, dollars, figures
from evals.firm.sample import FactPairs, Profile, Sample

_ENTITY = {
    "1040": "Individual",
    "1120-S": "S corporation",
    "1120": "C corporation",
    "1065": "Partnership",
    "1041": "Estate or trust",
    "990": "Exempt organization",
    "law": "Partnership",
}


def _form_of(profile: Profile) -> str:
    return {"law": "1065", "other": "1120-H"}.get(profile.client.entity_type, profile.client.entity_type)


def organizer(sample: Sample, profile: Profile) -> str:
    """The tax organizer of the year, filled in by hand of the client."""
    rng, year = sample.rng("organizer", profile.ref), sample.tax_year
    taxpayer = profile.owners[0].name
    facts: FactPairs = [
        ("form", "1040"),
        ("tax_year", year),
        ("taxpayer_name", taxpayer),
        ("taxpayer_id", profile.client.tax_id),
        ("entity_type", "Individual"),
    ]
    answers = tuple((question, rng.choice(("Yes", "No", "No", "No"))) for question in _QUESTIONS)
    blocks: list[Block] = [
        Letterhead(cast.FIRM, cast.FIRM_ADDRESS),
        Heading(f"{year} Tax Organizer", 1),
        Fields(
            (
                ("Taxpayer name", taxpayer),
                ("Social Security number", profile.client.tax_id),
                ("Spouse name", profile.owners[1].name if len(profile.owners) > 1 else "None"),
                (
                    "Address",
                    f"{profile.client.address}, {profile.client.city}, {profile.client.state} {profile.client.zip}",
                ),
                ("Form", "1040"),
                ("Tax year", str(year)),
            )
        ),
        Heading("Questions"),
        Table(("Question", "Answer"), answers),
        Text("To the best of my knowledge the information in this organizer is correct and complete."),
        Text(f"/s/ {taxpayer}"),
    ]
    path = f"documents/{profile.ref}/Tax {year}/Organizer {year}"
    form = "txt" if sample.light else rng.choice(("pdf", "html", "docx", "xlsx"))
    data = _rendered(form, blocks, f"Organizer {year}")
    return sample.document(f"{path}.{form}", data, "organizer", facts)


_QUESTIONS = (
    "Did your marital status change during the year?",
    "Did you have any new dependents?",
    "Did you receive, sell or exchange any digital assets?",
    "Did you buy or sell a home?",
    "Did you have a foreign bank account?",
    "Did you make gifts of more than $19,000 to any one person?",
    "Did you receive a letter from the IRS or a state?",
    "Did you pay anyone for household work?",
)


def _rendered(form: str, blocks: list[Block], title: str) -> bytes:
    if form == "xlsx":
        rows: list[list[object]] = []
        for block in blocks:
            if isinstance(block, Fields):
                rows.extend([label, value] for label, value in block.pairs)
            elif isinstance(block, Table):
                rows.append(list(block.header))
                rows.extend(list(row) for row in block.rows)
            elif isinstance(block, Heading | Text):
                rows.append([block.text])
        return office.xlsx([("Organizer", rows)], widths=(52, 44))
    if form == "docx":
        return office.docx(blocks)
    if form == "html":
        return plain.html(blocks, title)
    return pdf.pdf(blocks, pdf.MODERN) if form == "pdf" else plain.text(blocks)


def last_return(sample: Sample, profile: Profile) -> str:
    """The two-page client summary of last year's filed return."""
    rng, year, form = sample.rng("return", profile.ref), sample.tax_year - 1, _form_of(profile)
    entity = _ENTITY.get(profile.client.entity_type, "Association")
    facts: FactPairs = [
        ("form", form),
        ("tax_year", year),
        ("taxpayer_name", profile.name),
        ("taxpayer_id", profile.client.tax_id),
        ("entity_type", entity),
    ]
    income = Decimal(rng.randint(62000, 310000))
    deductions = (income * Decimal(rng.randint(9, 24)) / 100).quantize(Decimal(1))
    tax = ((income - deductions) * Decimal(rng.randint(12, 24)) / 100).quantize(Decimal(1))
    paid = tax + Decimal(rng.randint(-2800, 3600))
    line = ("Overpayment (refund)", paid - tax) if paid >= tax else ("Amount you owed", tax - paid)
    rows = [("Total income", income), ("Deductions", deductions), ("Taxable income", income - deductions)]
    rows += (
        [("Total tax", tax), ("Payments and credits", paid), line] if form in ("1040", "1120", "1041", "1120-H") else []
    )
    blocks: list[Block] = [
        Letterhead(cast.FIRM, cast.FIRM_ADDRESS),
        Heading(f"{year} Form {form}: summary of your return as filed", 1),
        Fields(
            (
                ("Taxpayer name", profile.name),
                ("Taxpayer ID", profile.client.tax_id),
                ("Form", form),
                ("Tax year", str(year)),
                ("Entity type", entity),
            )
        ),
        Table(("Line", "Amount"), tuple((label, f"{amount:,.0f}") for label, amount in rows), right=(1,)),
        Text("This summary is for your files. The complete return, as accepted, is kept with our workpapers."),
    ]
    path = f"documents/{profile.ref}/Tax {year}/{year} Form {form} as filed"
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "tax-return", facts)
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.MODERN), "tax-return", facts)


def acknowledgements(sample: Sample, profile: Profile, filings: list[tuple[str, int, date]]) -> str:
    """The e-file report: one line a filing (form, tax year, date), all accepted."""
    rng = sample.rng("ack", profile.ref)
    rows: list[tuple[str, ...]] = []
    facts: list[tuple[str, object, int]] = []
    for index, (form, year, on) in enumerate(filings):
        submission = f"{rng.randint(100000, 999999)}{on:%Y%j}{rng.randint(1000000, 9999999)}"
        rows.append((profile.name, form, str(year), submission, "Accepted", days.short_date(on), ""))
        facts += [
            ("form", form, index),
            ("tax_year", year, index),
            ("submission", submission, index),
            ("status", "Accepted", index),
            ("date", on, index),
        ]
    header = ("Client", "Form", "Tax Year", "Submission ID", "Status", "Date", "Reject Code")
    path = f"documents/{profile.ref}/Tax {filings[-1][1]}/E-file acknowledgements"
    if sample.light or rng.random() < 0.6:
        return sample.document(f"{path}.csv", plain.csv_bytes([header, *rows]), "acknowledgements", facts)
    blocks: list[Block] = [
        Heading("Electronic Filing Acknowledgement Report", 1),
        Table(header[1:6], tuple(row[1:6] for row in rows)),
        Text(f"Taxpayer: {profile.name}"),
    ]
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.SMALL), "acknowledgements", facts)


def estimates(sample: Sample, profile: Profile) -> str:
    """The schedule of estimated payments of the tax year: four instalments, the paid ones with their dates."""
    rng, year = sample.rng("estimates", profile.ref), sample.tax_year
    form = "1040-ES" if profile.is_household else "1120-W"
    amount = Decimal(rng.randrange(900, 7200, 50))
    quarters = [
        date(year, 4, 15),
        date(year, 6, 15),
        date(year, 9, 15),
        date(year + 1, 1, 15) if form == "1040-ES" else date(year, 12, 15),
    ]
    rows: list[tuple[object, ...]] = []
    facts: list[tuple[str, object, int]] = []
    for index, nominal in enumerate(quarters):
        due = days.roll(nominal)
        paid = days.add_business(due, -rng.randint(0, 4))
        rows.append((form, year, due, amount, paid))
        facts += [
            ("form", form, index),
            ("tax_year", year, index),
            ("due", due, index),
            ("amount", amount.quantize(Decimal("0.01")), index),
            ("paid_on", paid, index),
        ]
    header = ("Form", "Tax year", "Due date", "Amount", "Date paid")
    path = f"documents/{profile.ref}/Tax {year}/Estimated tax payments {year}"
    if sample.light or rng.random() < 0.4:
        table = [header, *((a, b, days.short_date(c), figures(d), days.short_date(e)) for a, b, c, d, e in rows)]  # type: ignore[arg-type]
        return sample.document(f"{path}.csv", plain.csv_bytes(table), "estimate-schedule", facts)
    sheet: list[list[object]] = [
        [profile.name],
        [f"Estimated tax payments, {year}"],
        [],
        list(header),
        *([a, b, c, d, e] for a, b, c, d, e in rows),
    ]
    sheet.append(["Total", None, None, amount * 4, None])
    return sample.document(
        f"{path}.xlsx",
        office.xlsx([("Estimates", sheet)], widths=(14, 10, 14, 14, 14), bold=(1, 4)),
        "estimate-schedule",
        facts,
    )


def vendor_totals(sample: Sample, profile: Profile) -> str:
    """What was paid to each vendor in the year, as the accounting program lists it, and whether a W-9 is on file."""
    rng, year = sample.rng("vendors", profile.ref), sample.tax_year
    _, suppliers = names.TRADES.get(profile.blueprint.industry, names.TRADES["professional"])
    rows, facts = [], []
    for index, vendor in enumerate((*suppliers, names.person(rng), names.person(rng))):
        paid = Decimal(rng.randint(140000, 5200000)) / 100
        rows.append((vendor, figures(paid), "Yes"))
        facts += [("name", vendor, index), ("paid", paid, index), ("w9_on_file", "yes", index), ("year", year, index)]
    title = [[profile.name], ["Vendor Payment Summary"], [f"January - December {year}"], []]
    path = f"documents/{profile.ref}/Tax {year}/Vendor totals {year}.csv"
    return sample.document(
        path, plain.csv_bytes([*title, ["Vendor", "Total paid", "W-9 on file"], *rows]), "vendor-totals", facts
    )


def receipt(sample: Sample, profile: Profile) -> str:
    """A charity's acknowledgment of a gift."""
    rng = sample.rng("gift", profile.ref)
    charity = rng.choice(
        ("Mercy Table Ministries", "Conestoga Youth Orchestra", "Lancaster Open Land Trust", "Harbor Light Shelter")
    )
    amount = Decimal(rng.randrange(250, 6500, 50))
    on = date(sample.tax_year, rng.randint(2, 12), rng.randint(1, 28))
    words = (
        f"Dear {profile.owners[0].name}: Thank you for your gift of {dollars(amount)} received on {days.long_date(on)}.",
        "No goods or services were provided in exchange for this contribution. Please keep this letter for your tax records.",
    )
    return corporate.letter(
        sample, profile, on, charity, f"Contribution acknowledgment {on:%Y-%m}", words, folder=f"Tax {sample.tax_year}"
    )
