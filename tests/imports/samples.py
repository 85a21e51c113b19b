"""Exports of each system as its own layout has them, made for a small firm: four clients with people, work, hours and open balances. And
what people's programs do to such files: other orders and names of columns, titles, sums, encodings, separators, workbooks, archives."""

# ruff: noqa: E501 - header rows stand as the exports write them

import csv
import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

Table = list[list[str]]


@dataclass(frozen=True)
class Sheet:
    """One file of an export: a header and rows, and how it is written. `titles` stand over it, `total` under it."""

    name: str
    rows: Table
    titles: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    encoding: str = "utf-8"
    separator: str = ","
    workbook: bool = False

    def data(self) -> bytes:
        table = [[one] for one in self.titles] + self.rows + ([list(self.total)] if self.total else [])
        if self.workbook:
            return _workbook(table)
        out = io.StringIO()
        csv.writer(out, delimiter=self.separator, lineterminator="\r\n").writerows(table)
        return out.getvalue().encode(self.encoding, errors="replace")


@dataclass(frozen=True)
class Sample:
    """A system's export and what must come of it: how many clients, people, engagements, tasks, entries of time, expenses, invoices, and
    the dollars that are open."""

    system: str
    sheets: tuple[Sheet, ...]
    clients: int = 0
    contacts: int = 0
    engagements: int = 0
    tasks: int = 0
    time: int = 0
    expenses: int = 0
    invoices: int = 0
    owed: str = "0.00"


def _workbook(table: Table) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in table:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(header: str, *rows: str) -> Table:
    return [line.split("|") for line in (header, *rows)]


KARBON = Sample(
    "karbon",
    (
        Sheet(
            "Contacts.csv",
            _table(
                "ContactKey|Contact Type|Full Name|First Name|Last Name|Organization|Email Address|Phone Number|Address|City|State|Zip|Country"
                "|Client Owner|Client Manager|Tags|Custom Field - Entity Type|User Defined Identifier",
                "4XbQ1|Organization|Harlan Builders LLC||||office@harlan.example|312-555-0101|1 Main St|Chicago|IL|60601|US|Ana Alder"
                "|Ben Birch|construction|Partnership|H100",
                "4XbQ2|Person|Dana Harlan|Dana|Harlan|Harlan Builders LLC|dana@harlan.example|||||||||||",
                "4XbQ3|Organization|Mirabel Café Inc||||books@mirabel.example||9 Lake St|Chicago|IL|60602|US|Ana Alder||food|S Corp|M200",
                "4XbQ4|Person|Ngozi Okoro|Ngozi|Okoro||ngozi@okoro.example|312-555-0104||||||Ana Alder||individual|Individual|N300",
            ),
        ),
        Sheet(
            "Work.csv",
            _table(
                "Work Item|Client|Work Type|Primary Status|Assignee|Start Date|Due Date|Deadline Date|Repeats|Item(Product/Services)|Budget",
                "2025 Form 1065|Harlan Builders LLC|Tax|In Progress|Ben Birch|01/15/2026|03/01/2026|03/16/2026|Annually|Tax return|12.5",
                "2025 Form 1120-S|Mirabel Café Inc|Tax|Waiting for client|Mia Moss|01/20/2026|03/01/2026|03/16/2026|Annually|Tax return|10",
                "Bookkeeping February 2026|Mirabel Café Inc|Bookkeeping|Completed|Sen Soto|02/01/2026|03/10/2026||Monthly|CAS|6:30",
            ),
        ),
    ),
    clients=3,
    contacts=4,
    engagements=3,
)
TAXDOME = Sample(
    "taxdome",
    (
        Sheet(
            "accounts.csv",
            _table(
                "Account ID|Account name|State|Type|Total bills|Credit|Assigned team members|Tags|Last login|Created date|Updated date"
                "|Active jobs|Active tasks|Timezone|Linked contact #1|Linked contact #2|Notes",
                "901|Harlan Builders LLC|Active|Company|2|0|Ana Alder|vip|2026-01-02|2024-02-03|2026-01-02|1|0|CT|Dana Harlan||",
                "902|Mirabel Café Inc|Active|Company|0|0|Ben Birch|||2024-02-03||0|0|CT|Luis Mirabel|Rosa Mirabel|",
                "903|Ngozi Okoro|Archived|Individual|0|0||||2023-05-06||0|0|CT|Ngozi Okoro||",
            ),
        ),
        Sheet(
            "contacts.csv",
            _table(
                "Contact name|First name|Middle name|Last name|Phone number|Company name|Street address|City|State/Province|Country|Zip code"
                "|Email address|Tags|Timezone|Linked account #1|Linked account #2|Notes",
                "Dana Harlan|Dana||Harlan|312-555-0101||1 Main|Chicago|IL|US|60601|dana@harlan.example||CT|Harlan Builders LLC||",
                "Luis Mirabel|Luis||Mirabel|||9 Lake|Chicago|IL|US|60602|luis@mirabel.example||CT|Mirabel Café Inc|Harlan Builders LLC|",
            ),
        ),
        Sheet(
            "jobs.csv",
            _table(
                "Job Name|Client|Pipeline|Stage|Status|Due Date|Description|Assignees|Priority|Start Date|Internal deadline|Completion date"
                "|Comments|Linked documents|Linked invoices",
                "2025 1065|Harlan Builders LLC|Business tax returns|Prep|Active|03/16/2026||Ben Birch|High|01/15/2026|03/01/2026||||",
                "Monthly close|Mirabel Café Inc|Bookkeeping|Done|Completed|02/28/2026|||Low|02/01/2026|||||",
            ),
        ),
        Sheet(
            "tasks.csv",
            _table(
                "Account name|Task name|Start date|Due date|Created date|Updated date|Creator|Status|Priority|Job name|Pipeline|Stage|Tags"
                "|Linked documents|Notes|Timezone",
                "Harlan Builders LLC|Call about K-1s|03/01/2026|03/18/2026|||Ben Birch|Pending|High|2025 1065|Business tax returns|Prep||||CT",
                "Mirabel Café Inc|Send welcome letter||03/13/2026|||Mia Moss|Completed|||||||note|CT",
            ),
        ),
    ),
    clients=3,
    contacts=5,
    engagements=2,
    tasks=2,
)
CANOPY = Sample(
    "canopy",
    (
        Sheet(
            "canopy.csv",
            _table(
                "Client Type*|Client Name*|Client Facing Name|Client Owner|Contact Type*|Business Name|Business EIN|Primary Contact First Name"
                "|Primary Contact Last Name|Primary Contact Email|Spouse First Name|Spouse Last Name|Spouse Email|Additional Contact First Name"
                "|Additional Contact Last Name|Additional Contact Email|Client Since",
                "Business|Harlan Builders LLC||ana@alder.example|Client|Harlan Builders LLC|00-5550101|Dana|Harlan|dana@harlan.example||||"
                "Omar|Harlan|omar@harlan.example|02/03/2024",
                "Individual|Okoro, Ngozi and Ife||ana@alder.example|Client|||Ngozi|Okoro|ngozi@okoro.example|Ife|Okoro|ife@okoro.example||||03/13/2023",
                "Business|Mirabel Café Inc||ben@alder.example|Prospect|Mirabel Café Inc|00-5550102||||||||||",
            ),
        ),
    ),
    clients=3,
    contacts=4,
)
JETPACK = Sample(
    "jetpack",
    (
        Sheet(
            "clients.csv",
            _table(
                "Client Name|Primary Contact|Email|Phone|Address|City|State|Zip|Tags|Client Notes",
                "Harlan Builders LLC|Dana Harlan|dana@harlan.example|312-555-0101|1 Main|Chicago|IL|60601|a;b|",
                "Ngozi Okoro|Ngozi Okoro|ngozi@okoro.example||||||individual|",
            ),
        ),
        Sheet(
            "jobs.csv",
            _table(
                "Client Name|Job Name|Job Template|Due Date|Start Date|Job Status|Assigned To|Repeat|Budget|Completed Date",
                "Harlan Builders LLC|2025 Form 1065|Partnership return|3/16/2026|1/15/2026|In progress|Ben Birch|Yearly|12|",
                "Ngozi Okoro|2025 Form 1040|Individual return|4/15/2026|2/1/2026|Not started|Mia Moss|Yearly|3|",
                "Ngozi Okoro|2024 Form 1040|Individual return|4/15/2025|2/1/2025|Complete|Mia Moss|Yearly|3|4/2/2025",
            ),
        ),
    ),
    clients=2,
    contacts=2,
    engagements=3,
)
CLIO = Sample(
    "clio",
    (
        Sheet(
            "contacts.csv",
            _table(
                "title|job_title|first_name|last_name|company|business_street|business_city|business_state|business_postal_code|email_address"
                "|primary_phone",
                "||||Harlan Builders LLC|1 Main|Chicago|IL|60601|office@harlan.example|312-555-0101",
                "Ms.|CEO|Dana|Harlan|Harlan Builders LLC|||||dana@harlan.example|",
                "Ms.||Ngozi|Okoro||2 Oak|Evanston|IL|60201|ngozi@okoro.example|312-555-0104",
            ),
        ),
        Sheet(
            "matters.csv",
            _table(
                "status|location|client_reference|description|open_date|close_date|pending_date|custom_number|note|client_first_name"
                "|client_last_name|client_company_name",
                "Open|Cook County||Harlan v. Roe|2025-06-02|||00012-Harlan|contract|||Harlan Builders LLC",
                "Closed|||Okoro estate plan|2024-01-05|2024-06-30||00013-Okoro||Ngozi|Okoro|",
            ),
        ),
        Sheet(
            "activities.csv",
            _table(
                "matter|date|activity_description|note|price|quantity|type|activity_user|non_billable",
                "00012-Harlan|2026-02-03|Draft motion|motion to dismiss|350.00|2.5|TimeEntry|Ben Birch|",
                "00012-Harlan|2026-02-03|Filing fee|court|388.00|1|ExpenseEntry|Ben Birch|",
                "00013-Okoro|2024-03-05|Call|with client|350.00|0.3|TimeEntry|Ana Alder|1",
            ),
        ),
    ),
    clients=2,
    contacts=3,
    engagements=2,
    time=2,
    expenses=1,
)
PANTHER = Sample(
    "practicepanther",
    (
        Sheet(
            "contacts.csv",
            _table(
                "Account Name|Account Number|Company Name|First Name|Last Name|Email|Mobile Phone|Account Tags|Assigned To User|Notes",
                "Harlan Builders LLC|P-1|Harlan Builders LLC|||office@harlan.example||client|Ana Alder|",
                "Ngozi Okoro|P-2||Ngozi|Okoro|ngozi@okoro.example|312-555-0104||Ana Alder|",
            ),
        ),
        Sheet(
            "matters.csv",
            _table(
                "Matter Name|Contact Name|Matter Number|Status|Open Date|Close Date|Assigned To|Statute of Limitation Date|Notes",
                "Harlan v. Roe|Harlan Builders LLC|M-7|Open|06/02/2025||Ben Birch|06/13/2027|",
            ),
        ),
        Sheet(
            "time.csv",
            _table(
                "Date|Contact|Matter|Billed By|Hours|Rate|Item|Description|Billable",
                "02/13/2026|Harlan Builders LLC|Harlan v. Roe|Ben Birch|1:30|300|Research|cases|Yes",
            ),
        ),
        Sheet(
            "expenses.csv",
            _table(
                "Date|Contact|Matter|Billed By|Expense Category|Quantity|Amount|Description|Billable",
                "02/14/2026|Harlan Builders LLC|Harlan v. Roe|Ben Birch|Copies|10|12.50|exhibits|Yes",
            ),
        ),
    ),
    clients=2,
    contacts=2,
    engagements=1,
    time=1,
    expenses=1,
)
QUICKBOOKS = Sample(
    "quickbooks",
    (
        Sheet(
            "Customer Contact List.csv",
            _table(
                "Customer|Company Name|First Name|Last Name|Main Email|Main Phone|Bill Addr Line 1|Bill Addr City|Bill Addr State|Bill Addr Zip|Terms",
                "Harlan Builders LLC|Harlan Builders LLC|Dana|Harlan|dana@harlan.example|312-555-0101|1 Main|Chicago|IL|60601|Net 30",
                "Mirabel Café Inc|Mirabel Café Inc|Luis|Mirabel|luis@mirabel.example||9 Lake|Chicago|IL|60602|Net 30",
                "Ngozi Okoro||Ngozi|Okoro|ngozi@okoro.example||||||Due on receipt",
            ),
            titles=("Alder & Birch CPAs", "Customer Contact List"),
        ),
        Sheet(
            "AR Aging Detail.csv",
            _table(
                "|Date|Transaction type|Num|Customer full name|Due date|Amount|Open balance",
                "91 or more days past due|||||||",
                "|09/15/2025|Invoice|1001|Harlan Builders LLC|10/15/2025|2,000.00|750.00",
                "Total for 91 or more days past due|||||||750.00",
                "Current|||||||",
                "|02/27/2026|Invoice|1002|Mirabel Café Inc|03/29/2026|1,200.50|1,200.50",
                "|03/02/2026|Credit Memo|1003|Ngozi Okoro|03/02/2026|-100.00|-100.00",
                "|03/03/2026|Payment||Harlan Builders LLC|03/03/2026|-50.25|-50.25",
                "Total for Current|||||||1,050.25",
            ),
            titles=("Alder & Birch CPAs", "A/R Aging Detail", "As of March 9, 2026"),
            total=("TOTAL", "", "", "", "", "", "", "1,800.25"),
        ),
    ),
    clients=3,
    contacts=3,
    invoices=4,
    owed="1800.25",
)
SUMMARY = Sample(
    "quickbooks",
    (
        QUICKBOOKS.sheets[0],
        Sheet(
            "AR Aging Summary.csv",
            _table(
                "|Current|1 - 30|31 - 60|61 - 90|91 and over|Total",
                "Harlan Builders LLC||||(420.81)|1,170.81|750.00",
                "Mirabel Café Inc|1,200.50|||||1,200.50",
                "Ngozi Okoro||-100.00||||-100.00",
            ),
            titles=("Alder & Birch CPAs", "A/R Aging Summary", "As of March 9, 2026"),
            total=("TOTAL", "1,200.50", "-100.00", "0.00", "-420.81", "1,170.81", "$1,850.50"),
        ),
    ),
    clients=3,
    contacts=3,
    invoices=4,
    owed="1850.50",
)
XERO = Sample(
    "xero",
    (
        Sheet(
            "Contacts.csv",
            _table(
                "*ContactName|AccountNumber|EmailAddress|FirstName|LastName|POAttentionTo|POAddressLine1|POAddressLine2|POCity|PORegion"
                "|POPostalCode|POCountry|PhoneNumber|TaxNumber",
                "Harlan Builders LLC|X1|dana@harlan.example|Dana|Harlan||1 Main||Chicago|IL|60601|US|312-555-0101|00-5550101",
                "Mirabel Café Inc|X2|luis@mirabel.example|Luis|Mirabel||9 Lake||Chicago|IL|60602|US||",
            ),
        ),
        Sheet(
            "SalesInvoices.csv",
            _table(
                "*ContactName|EmailAddress|*InvoiceNumber|Reference|*InvoiceDate|*DueDate|Total|InvoiceAmountPaid|InvoiceAmountDue|*Description"
                "|*Quantity|*UnitAmount|*AccountCode|*TaxType",
                "Harlan Builders LLC||INV-0001||13/02/2026|15/03/2026|1500.00|500.00|1000.00|Tax return|1|1000.00|200|Tax Exempt",
                "Harlan Builders LLC||INV-0001||13/02/2026|15/03/2026|1500.00|500.00|1000.00|Advice|2|250.00|200|Tax Exempt",
                "Mirabel Café Inc||INV-0002||28/02/2026|30/03/2026|300.00|0.00|300.00|Payroll|1|300.00|200|Tax Exempt",
            ),
        ),
    ),
    clients=2,
    contacts=2,
    invoices=2,
    owed="1300.00",
)
OUTLOOK = Sample(
    "outlook",
    (
        Sheet(
            "contacts.csv",
            _table(
                "Title|First Name|Middle Name|Last Name|Suffix|Company|Department|Job Title|Business Street|Business City|Business State"
                "|Business Postal Code|Business Phone|E-mail Address|E-mail Type|E-mail Display Name",
                "Ms.|Olive||Quist||Corvane Biologics Inc||CFO|1 Lab Way|Chicago|IL|60601|312-555-0199|olive@corvane.example|SMTP|Olive",
            ),
        ),
    ),
    contacts=1,
)
GOOGLE = Sample(
    "google",
    (
        Sheet(
            "google.csv",
            _table(
                "First Name|Middle Name|Last Name|Organization Name|Organization Title|Labels|E-mail 1 - Label|E-mail 1 - Value"
                "|Phone 1 - Label|Phone 1 - Value|Notes",
                "Olive||Quist|Corvane Biologics Inc|CFO|* myContacts|Work|olive@corvane.example|Work|312-555-0199|",
            ),
        ),
    ),
    contacts=1,
)
GENERIC = Sample(
    "generic",
    (
        Sheet(
            "clients.csv",
            _table(
                "Client|Entity Type|EIN|Primary Contact|E-mail|Street|City|State|Zip|Partner|Annual Fee|Client Since",
                "Harlan Builders LLC|Partnership|00-5550101|Dana Harlan|dana@harlan.example|1 Main|Chicago|IL|60601|Ana Alder|$4,500.00|02/13/2020",
                "Ngozi Okoro|Individual||Ngozi Okoro|ngozi@okoro.example|||||Ana Alder|650|",
            ),
        ),
        Sheet(
            "time.csv",
            _table(
                "Date|Staff|Client|Hours|Service|Billable|Notes",
                "2026-02-13|Mia Moss|Harlan Builders LLC|2.25|Tax|yes|prep",
                "2026-02-14|Mia Moss|Ngozi Okoro|90 min|Tax|no|call",
            ),
        ),
        Sheet(
            "invoices.csv",
            _table(
                "Invoice Number|Client|Invoice Date|Due Date|Amount|Balance",
                "2201|Harlan Builders LLC|2026-02-13|2026-03-15|1,000.00|400.00",
            ),
            total=("Total", "", "", "", "1,000.00", "400.00"),
        ),
    ),
    clients=2,
    contacts=2,
    time=2,
    invoices=1,
    owed="400.00",
)
SAMPLES = (*(KARBON, TAXDOME, CANOPY, JETPACK, CLIO, PANTHER, QUICKBOOKS, SUMMARY, XERO, OUTLOOK, GOOGLE, GENERIC),)

_RENAMED = {
    "Email Address": "E-Mail Address",
    "Main Email": "Email",
    "Customer": "Customer full name",
    "Account name": "Account Name",
    "Client Name": "Client",
    "Zip": "ZIP Code",
    "Phone Number": "Phone",
    "Due Date": "Due date",
    "Staff": "Employee",
    "E-mail Address": "E-mail address",
    "EmailAddress": "Email Address",
    "Num": "No.",
}


def as_exported(sample: Sample) -> list[tuple[str, bytes]]:
    """The files as the system writes them."""
    return [(sheet.name, sheet.data()) for sheet in sample.sheets]


def reordered(sample: Sample) -> list[tuple[str, bytes]]:
    """Columns in another order and under newer names, two unknown ones between, titles above, in the encoding of an old Excel."""
    chance = random.Random(sample.system)

    def changed(sheet: Sheet) -> Sheet:
        if sheet.rows[0][0] == "":
            return replace(sheet, encoding="cp1252")  # a report's first column has no name and stays first
        order = list(range(len(sheet.rows[0])))
        chance.shuffle(order)
        header = [_RENAMED.get(cell, cell) for cell in sheet.rows[0]]
        rows = [[row[n] for n in order] for row in [header, *sheet.rows[1:]]]
        total = ("Total", *tuple("" for _ in order[1:])) if sheet.total else ()
        wide = [
            [*row, *more]
            for row, more in zip(rows, [["Zodiac", "Internal flag"], *[["x", "1"]] * len(rows)], strict=False)
        ]
        return replace(
            sheet, rows=wide, titles=("Alder & Birch CPAs", "", "Exported by somebody"), total=total, encoding="cp1252"
        )

    return [(sheet.name, changed(sheet).data()) for sheet in sample.sheets]


def as_workbooks(sample: Sample) -> list[tuple[str, bytes]]:
    """Each file saved as a workbook, all in one archive, with what a Mac leaves beside them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for sheet in sample.sheets:
            archive.writestr(f"export/{sheet.name.removesuffix('.csv')}.xlsx", replace(sheet, workbook=True).data())
        archive.writestr("export/.DS_Store", b"\0\0")
    return [("export.zip", out.getvalue())]


def from_elsewhere(sample: Sample) -> list[tuple[str, bytes]]:
    """UTF-16 with semicolons, a header again in the middle, as printed reports have it."""

    def changed(sheet: Sheet) -> Sheet:
        rows = sheet.rows
        if rows[0][0]:
            rows = [*rows[:2], rows[0], *rows[2:]]
        return replace(sheet, rows=rows, encoding="utf-16", separator=";")

    return [(sheet.name, changed(sheet).data()) for sheet in sample.sheets]


WRITTEN: Sequence[Callable[[Sample], list[tuple[str, bytes]]]] = (as_exported, reordered, as_workbooks, from_elsewhere)
