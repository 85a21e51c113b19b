"""A home in which the bakery's books came in, and browsers on it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.commands.intake import take_in
from api.settings import load_settings
from api.wiring import Services, build
from tests.books import exports
from tests.homes import copied
from tests.web.conftest import Visits, served_home, visiting

__all__ = ["served_home"]

BEN, REF = "ben@alder.example", "C003"
BOOKS = {
    "P&L 2025 by month.csv": exports.profit_by_month(2025, range(1, 13)),
    "P&L 2026-01.csv": exports.profit_of_month(2026, 1, "1100.00"),
    "P&L 2026-02.csv": exports.profit_of_month(2026, 2, "900.00", flour="600.00"),
    "TB 2026-01-31.csv": exports.trial_balance(date(2026, 1, 31), exports.BALANCED),
    "TB 2026-02-28.csv": exports.trial_balance(date(2026, 2, 28), {**exports.BALANCED, "1010 Checking": "1250.00"}),
}


@pytest.fixture(scope="module")
def bakery(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, Visits]]:
    """The small firm, with books of C003 that do not quite hold."""
    home = copied(served_home, tmp_path_factory.mktemp("books") / "home")
    with build(load_settings(home).model_copy(update={"today": date(2026, 3, 9)}), own_index=True) as services:
        take_in(services, BEN, REF, [(f"books/{name}", data) for name, data in BOOKS.items()])
        yield services, visiting(services)
