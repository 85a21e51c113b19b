"""The kinds a document can have and the facts each kind holds, with the type of each: the one list that readers, people and models share.

Pure names. `LISTED` are the facts that stand once a line of a list, `MANY` those a document may state several times. Reads nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType

_T, _D, _M, _P, _C, _F = "text", "date", "money", "percent", "count", "flag"

_LETTER = {"date": _D, "from": _T, "to": _T}
_RETURN = {"form": _T, "tax_year": _T, "taxpayer_name": _T, "taxpayer_id": _T, "entity_type": _T}
_AGES = {"current": _M, "1-30": _M, "31-60": _M, "61-90": _M, "90+": _M, "total": _M}

FACTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "notice": {
            "agency": _T,
            "notice_number": _T,
            "notice_date": _D,
            "tax_form": _T,
            "tax_year": _T,
            "taxpayer_name": _T,
            "taxpayer_id": _T,
            "amount_due": _M,
            "respond_by": _D,
        },
        "engagement-letter": {
            "client_name": _T,
            "services": _T,
            "fee": _M,
            "period_start": _D,
            "period_end": _D,
            "letter_date": _D,
            "signed_on": _D,
        },
        "loan-agreement": {"lender": _T, "borrower": _T, "principal": _M, "rate": _P, "maturity": _D},
        "lease": {
            "landlord": _T,
            "tenant": _T,
            "property": _T,
            "start": _D,
            "end": _D,
            "monthly_rent": _M,
            "notice_by": _D,
        },
        "k-1": {
            "form": _T,
            "issuer": _T,
            "issuer_ein": _T,
            "recipient": _T,
            "tax_year": _T,
            "ownership_percent": _P,
            "ordinary_income": _M,
            "distributions": _M,
        },
        "w-2": {
            "employer": _T,
            "employer_ein": _T,
            "employee": _T,
            "wages": _M,
            "federal_withheld": _M,
            "tax_year": _T,
        },
        "1099": {"form": _T, "payer": _T, "payer_tin": _T, "recipient": _T, "amount": _M, "tax_year": _T},
        "w-9": {"name": _T, "taxpayer_id": _T, "classification": _T, "signed_on": _D},
        "invoice": {"vendor": _T, "number": _T, "date": _D, "due": _D, "total": _M, "tax": _M},
        "bank-statement": {
            "bank": _T,
            "account_last4": _T,
            "period_start": _D,
            "period_end": _D,
            "opening_balance": _M,
            "closing_balance": _M,
        },
        "loan-statement": {"lender": _T, "account_last4": _T, "statement_date": _D, "balance": _M},
        "payroll-register": {
            "pay_date": _D,
            "period_start": _D,
            "period_end": _D,
            "gross": _M,
            "federal_withheld": _M,
            "net": _M,
            "employees": _C,
        },
        "trial-balance": {"as_of": _D, "total_debit": _M, "total_credit": _M},
        "profit-and-loss": {
            "period_start": _D,
            "period_end": _D,
            "revenue": _M,
            "cost_of_sales": _M,
            "gross_profit": _M,
            "net_income": _M,
        },
        "balance-sheet": {"as_of": _D, "total_assets": _M, "total_liabilities": _M, "total_equity": _M},
        "general-ledger": {"period_start": _D, "period_end": _D},
        "ar-aging": {"as_of": _D, **_AGES},
        "minutes": {"date": _D, "body": _T, "decisions": _T, "officers": _T},
        "organizer": _RETURN,
        "tax-return": _RETURN,
        "authorization": {
            "form": _T,
            "taxpayer_name": _T,
            "years": _T,
            "forms": _T,
            "signed_on": _D,
            "expires_on": _D,
        },
        "certificate": {"what": _T, "holder": _T, "number": _T, "expires_on": _D},
        "acknowledgements": {},
        "deposits": {},
        "estimate-schedule": {},
        "vendor-totals": {},
        "stock-agreement": {"recipient": _T, "grant_date": _D, "shares": _C, "election_83b_filed": _F},
        "election": {"form": _T, "effective": _D, "granted_on": _D},
        "mail-receipt": {"carrier": _T, "number": _T, "mailed_on": _D, "addressee": _T},
        "letter": _LETTER,
        "memo": _LETTER,
        "other": _LETTER,
    }
)

LISTED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "loan-agreement": {"metric": _T, "operator": _T, "threshold": _T, "tested": _T},
        "trial-balance": {"account": _T, "debit": _M, "credit": _M, "amount": _M, "opening": _M, "closing": _M},
        "profit-and-loss": {"line": _T, "amount": _M},
        "balance-sheet": {"line": _T, "amount": _M},
        "general-ledger": {"account": _T, "date": _D, "name": _T, "memo": _T, "amount": _M, "debit": _M, "credit": _M},
        "ar-aging": {"customer": _T, **_AGES},
        "acknowledgements": {
            "form": _T,
            "tax_year": _T,
            "submission": _T,
            "status": _T,
            "date": _D,
            "code": _T,
        },
        "deposits": {"kind": _T, "pay_date": _D, "period": _T, "amount": _M, "deposited_on": _D},
        "estimate-schedule": {"form": _T, "tax_year": _T, "due": _D, "amount": _M, "paid_on": _D},
        "vendor-totals": {"name": _T, "paid": _M, "w9_on_file": _F, "year": _T},
    }
)

MANY = frozenset({"services", "decisions", "officers", "forms"})
KINDS = tuple(FACTS)


def type_of(kind: str | None, name: str, row: int | None = None) -> str | None:
    """The type of a fact of that kind, of the document's own or with `row` of a line of its list; None for a name it does not have."""
    table = FACTS if row is None else LISTED
    return table.get(kind or "other", {}).get(name)
