# ruff: noqa: E501 - the words of a contract
"""Loan agreements with covenants, and loan statements, of bank term loans."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evals.firm import days
from evals.firm.ledger import Loan
from evals.firm.render import office, pdf, plain
from evals.firm.render.blocks import Block, Fields, Heading, Letterhead, Points, Table, Text, dollars, figures, percent
from evals.firm.sample import FactPairs, Profile, Sample


@dataclass(frozen=True)
class Covenant:
    """A financial covenant. `metric`: current ratio, debt service coverage ratio, leverage ratio; `operator`: >= or <=."""

    metric: str
    operator: str
    threshold: Decimal
    tested: str

    @property
    def sentence(self) -> str:
        """The words that bind."""
        limit = "not less than" if self.operator == ">=" else "not more than"
        return f"a {self.metric} of {limit} {self.threshold:.2f} to 1.00"


_MEANING = {
    "current ratio": "current assets divided by current liabilities",
    "debt service coverage ratio": "net income plus interest expense and depreciation, divided by scheduled annual debt service",
    "leverage ratio": "total liabilities divided by total equity",
}


def agreement(sample: Sample, profile: Profile, loan: Loan, covenant: Covenant | None) -> str:
    """Files the agreement of a loan; without a covenant it has none."""
    facts: list[tuple[str, object] | tuple[str, object, int]] = [
        ("lender", loan.lender),
        ("borrower", profile.name),
        ("principal", loan.principal.quantize(Decimal("0.01"))),
        ("rate", percent(loan.rate)),
        ("maturity", loan.maturity),
    ]
    if covenant:
        facts += [
            ("metric", covenant.metric, 0),
            ("operator", covenant.operator, 0),
            ("threshold", covenant.threshold, 0),
            ("tested", covenant.tested, 0),
        ]
    blocks = _agreement(profile, loan, covenant)
    path = f"documents/{profile.ref}/Loans/Loan agreement {loan.lender} {loan.made:%Y-%m-%d}"
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "loan-agreement", facts)
    if sample.rng("loan", profile.ref).random() < 0.35:
        return sample.document(f"{path}.docx", office.docx(blocks), "loan-agreement", facts)
    return sample.document(
        f"{path}.pdf", pdf.pdf(blocks, pdf.LETTER, footer=f"Loan No. {loan.number}"), "loan-agreement", facts
    )


def _agreement(profile: Profile, loan: Loan, covenant: Covenant | None) -> list[Block]:
    client = profile.client
    reporting = "Borrower shall deliver to Lender, within 90 days after the end of each fiscal year, financial statements prepared by an independent certified public accountant"
    return [
        Heading("BUSINESS LOAN AGREEMENT", 1),
        Fields(
            (
                ("Lender", loan.lender),
                ("Borrower", profile.name),
                ("Borrower address", f"{client.address}, {client.city}, {client.state} {client.zip}"),
                ("Loan number", loan.number),
                ("Principal amount", dollars(loan.principal)),
                ("Interest rate", f"{percent(loan.rate)}% per annum, fixed"),
                ("Date of agreement", days.long_date(loan.made)),
                ("Maturity date", days.long_date(loan.maturity)),
            )
        ),
        Heading("1. The Loan"),
        Text(
            f'Lender agrees to lend to Borrower {dollars(loan.principal)} (the "Loan"), evidenced by a promissory note of even date. Borrower shall '
            f"repay the Loan in {loan.months} consecutive monthly installments of {dollars(loan.payment)}, each applied first to accrued interest "
            f"and then to principal, for scheduled annual debt service of {dollars(loan.annual_service)}."
        ),
        Heading("2. Security"),
        Text(
            "The Loan is secured by a first priority security interest in all equipment, inventory and accounts of Borrower, now owned or later acquired."
        ),
        Heading("3. Affirmative covenants"),
        Points(
            (
                f"{reporting}.",
                "Borrower shall keep its property insured and name Lender as loss payee.",
                "Borrower shall pay its taxes when due.",
            )
        ),
        Heading("4. Financial covenants"),
        Text(_covenant_words(covenant)),
        Heading("5. Events of default"),
        Text(
            "Each of the following is an event of default: failure to pay any installment within ten days after its due date; failure to "
            "observe any covenant of this Agreement; any material misstatement in a financial statement delivered to Lender."
        ),
        Heading("6. Governing law"),
        Text(
            f"This Agreement is governed by the laws of the Commonwealth or State in which Borrower has its principal office ({client.state})."
        ),
        Fields(
            (
                ("BORROWER", f"{profile.name}, by /s/ {profile.owners[0].name}, {profile.owners[0].title}"),
                ("LENDER", f"{loan.lender}, by /s/ R. Holcomb, Vice President"),
            )
        ),
    ]


def _covenant_words(covenant: Covenant | None) -> str:
    if covenant is None:
        return "None. Lender relies on the collateral and on the payment history of Borrower."
    when = {
        "quarterly": "quarterly, as of the last day of each calendar quarter",
        "annually": "annually, as of the last day of each fiscal year",
    }[covenant.tested]
    return (
        f"So long as any amount is outstanding under the Loan, Borrower shall maintain {covenant.sentence}, tested {when}. "
        f"For this purpose the {covenant.metric} means {_MEANING[covenant.metric]}, all determined from Borrower's financial statements "
        "in accordance with generally accepted accounting principles consistently applied."
    )


def statement(sample: Sample, profile: Profile, loan: Loan, on: date) -> str:
    """The lender's monthly statement: the balance after the payment of that month."""
    balance, before = loan.balance(on), loan.balance(days.months_after(on, -1, 28))
    interest = loan.payment - (before - balance)
    facts: FactPairs = [
        ("lender", loan.lender),
        ("account_last4", loan.number[-4:]),
        ("statement_date", on),
        ("balance", balance),
    ]
    blocks: list[Block] = [
        Letterhead(loan.lender, ("Commercial Loan Statement", "Loan Servicing  1-800-555-0188")),
        Text(
            f"{profile.name}\n{profile.client.address}\n{profile.client.city}, {profile.client.state} {profile.client.zip}"
        ),
        Fields(
            (
                ("Loan account", f"XXXXXX{loan.number[-4:]}"),
                ("Statement date", days.long_date(on)),
                ("Interest rate", f"{percent(loan.rate)}%"),
                ("Maturity date", days.long_date(loan.maturity)),
            )
        ),
        Table(
            ("Activity", "Amount"),
            (
                ("Previous principal balance", figures(before)),
                ("Payment received", figures(loan.payment)),
                ("Applied to interest", figures(interest)),
                ("Applied to principal", figures(before - balance)),
                ("Current principal balance", f"${figures(balance)}"),
            ),
            right=(1,),
            total=True,
        ),
    ]
    path = f"documents/{profile.ref}/Loans/Loan statement {on:%Y-%m-%d}"
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "loan-statement", facts)
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.SMALL), "loan-statement", facts)
