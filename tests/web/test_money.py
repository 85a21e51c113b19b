"""Time and money over HTTP: a bill from the clock to the bank, on the pages and as JSON, and who is refused."""

import re
from decimal import Decimal
from typing import Any

import pytest

from api.wiring import Services
from tests.web.conftest import MONDAY, Visitor, Visits, selects

Own = tuple[Services, Visits]
PAGES = {
    "/time": ("Clocks", "Week", "Waits for approval"),
    "/money": ("Work in progress", "Drafts of invoices", "Receivable by client", "2,000.00", "Harbor Bakery Inc"),
    "/money/invoices": ("2026-001", "3,250.00", "2,000.00"),
    "/money/invoices?age=1": ("2026-001", "Unpaid, 1–30"),
    "/money/invoices/2026-001": ("1,250.00", "7 days late", "Record a payment"),
    "/money/time?state=billed": ("Sol Reed", "tie the bank", "420.00"),
    "/money/wip/C001": ("all of it was billed", "Draft an invoice"),
    "/money/statements/C001": ("2,000.00", "Statement of account"),
    "/money/reports": ("Realization by month", "Utilization", "By person", "Mar 26"),
    "/money/rates": ("No rate is set", "Recurring fees"),
    "/money/books": ("Everything foots", "Receivables"),
}


def call(visitor: Visitor, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
    if body is None and method == "POST":
        return visitor.http.get(f"/api/v1{path}")
    return visitor.http.request(method, f"/api/v1{path}", json=body, headers={"x-csrf-token": visitor.csrf()})


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_for_in_few_queries(shared: Own, path: str) -> None:
    services, look = shared
    ana = look("ana")
    ana.get(path)
    page, queries = selects(services, lambda: ana.get(path))
    assert page.status_code == 200, page.text[:3000]
    text = re.sub(r"\s+", " ", page.text)
    assert [wanted for wanted in PAGES[path] if wanted.lower() not in text.lower()] == []
    assert len(queries) <= 16, "\n\n".join(queries)
    if path in ("/time", "/money", "/money/wip/C001"):
        assert len(queries) <= 12, "\n\n".join(queries)
