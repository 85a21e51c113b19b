"""Bank statements that reconcile: opening + deposits - withdrawals = closing, and each month opens where the last one closed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from evals.firm import days, names
from evals.firm.render import pdf, plain, scan
from evals.firm.render.blocks import Blocks, Fields, Heading, Letterhead, Table, Text, figures
from evals.firm.sample import FactPairs, Profile, Sample

CENT = Decimal("0.01")
_LOOKS = (pdf.SMALL, pdf.MODERN, pdf.CENTRED)


@dataclass(frozen=True)
class Line:
    """A posted transaction; deposits are positive."""

    posted: date
    words: str
    amount: Decimal


def statements(
    sample: Sample,
    profile: Profile,
    last: date,
    count: int,
    *,
    closing: Decimal | None = None,
    missing: Collection[date] = (),
    account: str = "",
    picture: bool = False,
) -> dict[date, str]:
    """`count` monthly statements up to the month of `last`; returns month end → path.

    `closing` is the balance at the last one. The months in `missing` happened but their statements are not in the file.
    """
    account = account or profile.account
    rng = sample.rng("bank", profile.ref, account)
    months = list(days.month_ends(last, count))
    posted = {end: _month(sample, profile, end, rng) for end in months}
    moved = sum((line.amount for lines in posted.values() for line in lines), Decimal(0))
    opening = (closing if closing is not None else Decimal(rng.randint(9000, 60000)) + moved) - moved
    paths: dict[date, str] = {}
    for end in months:
        balance = opening + sum((line.amount for line in posted[end]), Decimal(0))
        if end not in missing:
            paths[end] = _file(
                sample, profile, account, end, opening, posted[end], picture=picture and end == months[-1]
            )
        opening = balance
    return paths


def file_month(sample: Sample, profile: Profile, end: date, opening: Decimal, lines: list[Line]) -> str:
    """One statement of the client's main account with these transactions, for situations that need certain balances."""
    return _file(sample, profile, profile.account, end, opening, lines, picture=False)


def _month(sample: Sample, profile: Profile, end: date, rng: Random) -> list[Line]:
    """Transactions of a month by trade, a little more coming in than going out."""
    first = end.replace(day=1)
    books = sample.books.get(profile.ref)
    volume = -books.accounts[4000] / 12 if books else Decimal(rng.randint(7200, 14800))
    customers, suppliers = names.TRADES.get(
        profile.blueprint.industry, (("PAYROLL DIRECT DEP", "TRANSFER FROM SAVINGS", "MOBILE DEPOSIT"), _HOUSEHOLD)
    )
    deposits = _shared(volume, rng.randint(4, 7), rng)
    paid = _shared(volume * Decimal(rng.randint(93, 101)) / 100, rng.randint(8, 13), rng)
    lines = [Line(_day(first, end, rng), f"Deposit  {rng.choice(customers)}", amount) for amount in deposits]
    for number, amount in enumerate(paid):
        words = f"Check {rng.randint(1000, 9800)}" if number % 4 == 3 else f"ACH  {rng.choice(suppliers)}"
        lines.append(Line(_day(first, end, rng), words, -amount))
    lines.append(Line(end, "Monthly service charge", Decimal("-18.00")))
    return sorted(lines, key=lambda line: (line.posted, -line.amount))


_HOUSEHOLD = ("MORTGAGE PAYMENT", "UTILITY AUTOPAY", "CARD PAYMENT", "SCHOOL TUITION", "INSURANCE PREMIUM", "GROCERY")


def _shared(total: Decimal, parts: int, rng: Random) -> list[Decimal]:
    weights = [rng.randint(5, 20) for _ in range(parts)]
    return [(total * weight / sum(weights)).quantize(CENT) for weight in weights]


def _day(first: date, end: date, rng: Random) -> date:
    return days.add_business(first.replace(day=rng.randint(1, end.day - 3)), 1)


def _file(
    sample: Sample, profile: Profile, account: str, end: date, opening: Decimal, lines: list[Line], *, picture: bool
) -> str:
    closing = opening + sum((line.amount for line in lines), Decimal(0))
    facts: FactPairs = [
        ("bank", profile.bank),
        ("account_last4", account),
        ("period_start", end.replace(day=1)),
        ("period_end", end),
        ("opening_balance", opening),
        ("closing_balance", closing),
    ]
    blocks = _blocks(profile, account, end, opening, closing, lines)
    path = f"documents/{profile.ref}/Bank/{end:%Y-%m} statement {account}"
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "bank-statement", facts)
    data = pdf.pdf(blocks, _LOOKS[names.BANKS.index(profile.bank) % 3], footer=f"{profile.bank}  Member FDIC")
    if picture:
        return sample.document(
            f"{path}.pdf",
            scan.scanned_pdf(data, sample.rng("scan", profile.ref, end)),
            "bank-statement",
            facts,
            scan=True,
        )
    return sample.document(f"{path}.pdf", data, "bank-statement", facts)


def _blocks(profile: Profile, account: str, end: date, opening: Decimal, closing: Decimal, lines: list[Line]) -> Blocks:
    first, client = end.replace(day=1), profile.client
    came = sum((line.amount for line in lines if line.amount > 0), Decimal(0))
    went = sum((-line.amount for line in lines if line.amount < 0), Decimal(0))
    kind = "Personal Checking" if profile.is_household else "Business Checking"
    period = (
        f"{days.long_date(first)} through {days.long_date(end)}"
        if int(account) % 2
        else f"{days.short_date(first)} - {days.short_date(end)}"
    )
    rows: list[tuple[str, ...]] = [("", "Beginning balance", "", "", figures(opening))]
    balance = opening
    for line in lines:
        balance += line.amount
        money = ("", figures(-line.amount)) if line.amount < 0 else (figures(line.amount), "")
        rows.append((f"{line.posted:%m/%d}", line.words, *money, figures(balance)))
    rows.append(("", "Ending balance", figures(came), figures(went), figures(closing)))
    return [
        Letterhead(profile.bank, ("Statement of account", "Questions? Call 1-800-555-0175")),
        Text(f"{profile.name}\n{client.address}\n{client.city}, {client.state} {client.zip}"),
        Fields((("Account", f"{kind} ending in {account}"), ("Statement period", period))),
        Heading("Account summary"),
        Table(
            ("", "Amount"),
            (
                (f"Beginning balance on {days.short_date(first)}", f"${figures(opening)}"),
                ("Deposits and other credits", figures(came)),
                ("Checks, withdrawals and other debits", f"-{figures(went)}"),
                (f"Ending balance on {days.short_date(end)}", f"${figures(closing)}"),
            ),
            right=(1,),
            total=True,
        ),
        Heading("Transactions"),
        Table(("Date", "Description", "Deposits", "Withdrawals", "Balance"), tuple(rows), right=(2, 3, 4), total=True),
    ]
