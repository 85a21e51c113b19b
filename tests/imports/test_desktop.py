"""QuickBooks Desktop's IIF brought in: customers with jobs, invoices, a credit memo and payments; tried, brought in, again, taken back."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from ingestion.exports import read_export
from ingestion.parse import parse
from store.database import Database
from store.tables import Client, Contact, Invoice, Payment
from tests.imports.conftest import scope_on, state_of
from tests.imports.test_systems import brought
from workspace.imports import take_back

LINES = (
    "!HDR\tPROD\tVER\tREL\tIIFVER\tDATE\tTIME\tACCNTNT\tACCNTNTSPLITTIME",
    "HDR\tQuickBooks Pro\tVersion 33.0D\tRelease R10P\t1\t2026-03-06\t1772800000\tN\t0",
    "!CUST\tNAME\tREFNUM\tCOMPANYNAME\tFIRSTNAME\tLASTNAME\tEMAIL\tPHONE1\tBADDR1\tBADDR2",
    "CUST\tLarch & Daughters LLC\t31\tLarch & Daughters LLC\tOna\tLarch\tona@larch.example\t207-555-0133\tLarch\t9 Kiln Rd",
    "CUST\tLarch & Daughters LLC:Barn\t32\tLarch & Daughters LLC\t\t\t\t\t\t",
    "CUST\tPorto Seafood Inc.\t33\tPorto Seafood Inc.\t\t\tbooks@porto.example\t\t\t",
    "!TRNS\tTRNSID\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\tDOCNUM\tMEMO\tDUEDATE\tPAID",
    "!SPL\tSPLID\tTRNSTYPE\tDATE\tACCNT\tAMOUNT",
    "!ENDTRNS",
    "TRNS\t101\tINVOICE\t01/30/2026\tAccounts Receivable\tLarch & Daughters LLC\t1,250.00\t501\t2025 return\t03/01/2026\tN",
    "SPL\t102\tINVOICE\t01/30/2026\tFees\t-1250.00",
    "ENDTRNS",
    "TRNS\t103\tINVOICE\t02/13/2026\tAccounts Receivable\tPorto Seafood Inc.\t480.50\t502\tBooks\t03/15/2026\tN",
    "SPL\t104\tINVOICE\t02/13/2026\tFees\t-480.50",
    "ENDTRNS",
    "TRNS\t105\tINVOICE\t02/27/2026\tAccounts Receivable\tLarch & Daughters LLC:Barn\t75.25\t503\tBarn\t03/29/2026\tY",
    "SPL\t106\tINVOICE\t02/27/2026\tFees\t-75.25",
    "ENDTRNS",
    "TRNS\t107\tCREDIT MEMO\t03/02/2026\tAccounts Receivable\tPorto Seafood Inc.\t-80.50\t504\tDiscount\t\tN",
    "SPL\t108\tCREDIT MEMO\t03/02/2026\tFees\t80.50",
    "ENDTRNS",
)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_firm_of_quickbooks_desktop_comes_in_whole_once_and_goes_again(firm: Database, encoding: str) -> None:
    with firm.reading() as session:
        before = state_of(session)
    data = ("\r\n".join(LINES) + "\r\n").replace("Porto", "Pörto").encode(encoding)
    export = read_export([("firm.iif", data)], parse, "quickbooks")
    tried = brought(firm, "quickbooks", export, dry=True)
    with firm.reading() as session:
        assert state_of(session) == before
    done = brought(firm, "quickbooks", export)
    assert done.counts == tried.counts
    told = {one.reason for one in done.verdicts if one.verdict == "rejected"}
    assert told <= {"lines of HDR are not imported"}, told
    with firm.reading() as session:
        names = set(session.scalars(select(Client.name)))
        assert {"Larch & Daughters LLC", "Pörto Seafood Inc."} <= names
        assert session.scalar(select(Contact.name).where(Contact.email == "ona@larch.example")) == "Ona Larch"
        theirs = select(Client.id).where(Client.name.in_(["Larch & Daughters LLC", "Pörto Seafood Inc."]))
        bills = select(func.sum(Invoice.amount)).where(Invoice.client_id.in_(theirs))
        paid = (
            select(func.sum(Payment.amount))
            .join(Invoice, Invoice.id == Payment.invoice_id)
            .where(Invoice.client_id.in_(theirs))
        )
        owed = (session.scalar(bills) or 0) - (session.scalar(paid) or 0)
        after = state_of(session)
    assert owed == Decimal("1250.00") + Decimal("480.50") - Decimal("80.50")
    again = brought(firm, "quickbooks", export)
    assert set(again.counts) <= {"unchanged", "joined", "rejected"}
    with firm.reading() as session:
        assert state_of(session) == after, "a second import changes nothing"
    with firm.writing() as session:
        take_back(scope_on(session), again.number)  # kept for the reason why a line was not taken
        take_back(scope_on(session), done.number)
    with firm.reading() as session:
        assert state_of(session) == before
