"""Elections, an S corporation's pay, and what the firm is authorized for."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import CLIENT, TODAY, accounts, blind, document, engagement, notice, only, raised, snapshot
from workspace.signals.rights import years_in
from workspace.snapshot import Document, Snapshot, Task


def grant(on: str, filed: str = "no", path: str = "Permanent/Stock.pdf") -> Document:
    facts = {"recipient": "Renee Falk", "grant_date": on, "shares": "1000", "election_83b_filed": filed}
    return document(path, "stock-agreement", "", None, **{k: v for k, v in facts.items() if v})


# Thirty days after February 20 are March 22, a Sunday.
@pytest.mark.parametrize(
    ("granted", "filed", "today", "due"),
    [
        ("2026-02-20", "no", TODAY, (date(2026, 3, 22), date(2026, 3, 23))),
        ("2026-02-20", "yes", TODAY, None),
        ("2026-02-20", "no", date(2026, 4, 22), (date(2026, 3, 22), date(2026, 3, 23))),  # 30 days after it was lost
        ("2026-02-20", "no", date(2026, 4, 23), None),
        ("2026-03-10", "no", TODAY, None),  # not granted yet
    ],
)
def test_an_83b_election(granted: str, filed: str, today: date, due: tuple[date, date] | None) -> None:
    found = raised(snapshot(documents=(grant(granted, filed),)), "election-83b", today)
    assert [(one.nominal_due, one.due) for one in found] == ([due] if due else [])
    assert all(one.cls == "A" for one in found)


def test_an_agreement_that_does_not_say_is_told_unless_a_receipt_does() -> None:
    silent = grant("2026-02-20", "")
    assert raised(snapshot(documents=(silent,)), "election-83b") == []
    [spot] = blind(snapshot(documents=(silent,)))
    assert "March 23, 2026" in spot.what
    receipt = document("r.pdf", "mail-receipt", "Contents: 83(b) election, Renee Falk", mailed_on="2026-03-02")
    for paper in (silent, grant("2026-02-20")):
        what = snapshot(documents=(paper, receipt))
        assert raised(what, "election-83b") == [] and blind(what) == ()
    assert any("grant date" in spot.why for spot in blind(snapshot(documents=(grant(""),))))


def planned(*documents: Document, **fields: Any) -> Snapshot:
    task = Task("t", None, "File Form 2553, S election")
    return snapshot(client=replace(CLIENT, entity_type="other", **fields), tasks=(task,), documents=documents)


def election(form: str = "2553", effective: str = "2026-01-01") -> Document:
    facts = {"form": form, "effective": effective}
    return document("Permanent/election.pdf", "election", "", None, **{k: v for k, v in facts.items() if v})


# Two months and 15 days from January 1, the first day counted, are March 15, a Sunday.
@pytest.mark.parametrize(
    ("what", "today", "due"),
    [
        (planned(), TODAY, (date(2026, 3, 15), date(2026, 3, 16))),
        (planned(), date(2026, 1, 30), (date(2026, 3, 15), date(2026, 3, 16))),
        (planned(), date(2026, 1, 29), None),  # 46 days ahead
        (planned(), date(2026, 5, 30), (date(2026, 3, 15), date(2026, 3, 16))),
        (planned(), date(2026, 5, 31), None),
        (planned(formed_on=date(2026, 1, 26)), TODAY, (date(2026, 4, 9), date(2026, 4, 9))),
        (planned(formed_on=date(2019, 5, 1)), TODAY, (date(2026, 3, 15), date(2026, 3, 16))),
        (planned(election()), TODAY, None),
        (planned(election("CP261", "")), TODAY, None),
        (planned(election("8832")), TODAY, (date(2026, 3, 15), date(2026, 3, 16))),
        (planned(election("2553", "2027-01-01")), TODAY, (date(2026, 3, 15), date(2026, 3, 16))),
        (snapshot(client=replace(CLIENT, entity_type="other")), TODAY, None),  # nobody intends it
    ],
)
def test_an_s_election(what: Snapshot, today: date, due: tuple[date, date] | None) -> None:
    found = raised(what, "election-s-corp", today)
    assert [(one.nominal_due, one.due) for one in found] == ([due] if due else [])


def test_an_s_election_by_its_engagement_and_a_year_that_is_no_year() -> None:
    work = engagement("F", "advisory", title="Formation and S election", period_start=date(2026, 2, 2))
    assert only(snapshot(engagements=(work,)), "election-s-corp").due == date(2026, 4, 17)  # Emancipation Day rolls it
    what = planned(fiscal_year_end="13-45")
    assert raised(what, "election-s-corp") == [] and any("elect S status" in spot.what for spot in blind(what))


def books(
    officers: str = "30000.00",
    paid: str = "50000.00",
    as_of: str = "2025-12-31",
    wages: str = "6000 Officer Compensation",
) -> Document:
    lines = [("3200 Distributions", paid, ""), ("4000 Sales", "", "300000.00"), ("6100 Salaries", "200000.00", "")]
    lines += [(wages, officers, "")] if officers else []
    return document(f"books/{as_of}.csv", "trial-balance", "", accounts(*lines), as_of=as_of)


# Profit before officer wages is 100,000.
@pytest.mark.parametrize(
    ("paper", "fires"),
    [
        (books("39999.99"), True),
        (books("40000.00"), False),
        (books("39999.99", paid=""), False),
        (books("39999.99", as_of="2025-11-30"), False),  # no year end
        (books("39999.99", as_of="2023-12-31"), False),  # long ago
    ],
)
def test_officers_pay(paper: Document, fires: bool) -> None:
    found = raised(snapshot(documents=(paper,)), "officer-compensation")
    assert [(one.dollars, one.due) for one in found] == ([(Decimal("50000.00"), None)] if fires else [])


def test_wages_that_may_be_the_officers_are_told() -> None:
    what = snapshot(documents=(books(""),))
    assert raised(what, "officer-compensation") == []
    assert any("reasonable wages" in spot.what for spot in blind(what))
    unnumbered = snapshot(documents=(books(wages="Officer wages"),))
    assert raised(unnumbered, "officer-compensation") == [] and blind(unnumbered) != ()


def test_no_wages_at_all_and_other_entities() -> None:
    lines = [("3200 Distributions", "50000.00", ""), ("4000 Sales", "", "90000.00"), ("6200 Rent", "10000.00", "")]
    none = document("books/tb.csv", "trial-balance", "", accounts(*lines), as_of="2025-12-31")
    assert only(snapshot(documents=(none,)), "officer-compensation").dollars == Decimal("50000.00")
    assert raised(snapshot(client=replace(CLIENT, entity_type="1065"), documents=(none,)), "officer-compensation") == []


def authorization(
    years: str = "2023-2025", forms: str = "1120-S", expires: str = "2028-05-06", path: str = "2848.pdf"
) -> Document:
    facts = {"form": "2848", "forms": forms, "years": years, "expires_on": expires}
    return document(path, "authorization", "", None, **{k: v for k, v in facts.items() if v})


def authorized(*documents: Document, **fields: Any) -> Snapshot:
    return snapshot(engagements=(engagement(**fields),), documents=documents)


@pytest.mark.parametrize(
    ("what", "fires"),
    [
        (authorized(authorization()), False),
        (authorized(authorization("2022-2024")), True),
        (authorized(authorization(forms="1065")), True),
        (authorized(authorization("2022-2024"), authorization("2025", path="b.pdf")), False),
        (authorized(authorization("2022-2024"), stage="filed"), False),
        (authorized(authorization("2022-2024"), stage="not-started"), False),
        (authorized(), False),  # many work without one
        (authorized(authorization(expires="2026-04-08")), True),
        (authorized(authorization(expires="2026-04-09")), False),
        (authorized(authorization(expires="2026-02-07")), True),
        (authorized(authorization(expires="2026-02-06")), False),
        (authorized(authorization(expires="2026-03-20"), authorization(path="b.pdf")), False),
    ],
)
def test_authorizations(what: Snapshot, fires: bool) -> None:
    assert bool(raised(what, "authorization-missing")) is fires


def test_a_notice_of_an_uncovered_year_and_an_unreadable_authorization() -> None:
    paper = notice("CP2000", tax_form="1120-S", tax_year="2021")
    signal = only(authorized(authorization(), paper), "authorization-missing")
    assert "2021 Form 1120-S" in signal.headline and signal.due is None
    unread = authorized(authorization("2022-2024"), authorization(years="", path="b.pdf"))
    assert raised(unread, "authorization-missing") == []
    assert any("authorized for" in spot.what for spot in blind(unread))


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2023-2025", [2023, 2024, 2025]),
        ("2023 through 2025", [2023, 2024, 2025]),
        ("2022, 2024", [2022, 2024]),
        ("1900-2090", []),
        ("all", []),
    ],
)
def test_years_as_written(text: str, years: list[int]) -> None:
    assert years_in(text) == years
