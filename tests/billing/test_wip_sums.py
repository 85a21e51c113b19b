"""Work in progress as the database sums it, against the same entries added up one by one; on both databases."""

from decimal import Decimal

import pytest

from store.database import Database
from tests.billing.firm import acting, days_ago, firm
from tests.signals.rows import MANAGER, STAFF
from workspace.billing import time, wip
from workspace.billing.expenses import add_expense
from workspace.requests.reading import firm_lists


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both(request: pytest.FixtureRequest) -> Database:
    return firm(request.getfixturevalue("database" if request.param == "sqlite" else "postgres"))


def test_sums_are_those_of_the_entries(both: Database) -> None:
    for email in (STAFF, MANAGER):
        with acting(both, email) as scope:
            for back, hours in enumerate(("0.05", "1.25", "2.33", "0.35"), start=1):
                worked = time.Worked("C1", days_ago(back), Decimal(hours), "E2" if back % 2 else None)
                time.add_time(scope, worked)
            add_expense(scope, "C1", days_ago(9), Decimal("12.34"), "Filing fee", engagement="E2")
    with acting(both) as scope:
        wip.write_to(scope, "C1", "E2", Decimal("300.00"), "agreed with the client")
        one_by_one = wip.in_hand(wip.open_work(scope), wip.open_costs(scope))
        assert wip.wip_of(scope) == wip.wip_of(scope, "C1") == one_by_one
        of = {one.engagement_ref: one for one in one_by_one}
        assert (of["E2"].value, of["E2"].expenses, of[None].expenses) == (
            Decimal("300.00"),
            Decimal("24.68"),
            Decimal(0),
        )
        assert wip.wip_of(scope, "C2") == () and firm_lists(scope) == []
