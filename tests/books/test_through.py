"""Books that come in any way are kept as figures, seen on a page, as JSON, as files and on the command line, and used by night."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.intake import take_in
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Invalid, NotFound
from store.tables import BookFigure, Document, DocumentVersion
from tests.books import exports
from tests.books.conftest import BEN, REF
from tests.web.conftest import Visits, selects
from workspace.books.read import read_books
from workspace.deliverables.kinds import flux_memo
from workspace.scope import open_scope
from workspace.signals import detect, resolve
from workspace.snapshot import Snapshot, take_snapshot

Bakery = tuple[Services, Visits]


def act(services: Services, command: str, /, **arguments: Any) -> Any:
    return find(command).load()(services, {key.rstrip("_"): value for key, value in arguments.items()}, silent).data


def books(services: Services, ref: str = REF, **more: Any) -> Any:
    return act(services, "books", client=ref, as_=BEN if ref == REF else "ana@alder.example", **more)


def statement(data: Mapping[str, Any], kind: str) -> Any:
    return next(one for one in data["statements"] if one["statement"] == kind)


def snapshot(services: Services, ref: str = REF) -> Snapshot:
    with services.database.reading() as session:
        return take_snapshot(open_scope(session, BEN, clock=services.clock), ref)


def rows(services: Services, ref: str = REF) -> list[tuple[Any, ...]]:
    """Every kept figure of a client, in order of its id."""
    with services.database.reading() as session:
        table = BookFigure.__table__
        found = (
            select(table).join(Document, Document.id == table.c.document_id).where(Document.path.startswith("books/"))
        )
        return [tuple(row) for row in session.execute(found.order_by(table.c.id))]


def test_each_period_and_account_is_there_with_its_cell(bakery: Bakery) -> None:
    services, _ = bakery
    data = books(services)
    profit = statement(data, "profit-and-loss")
    assert len(profit["periods"]) == 15  # twelve months, their year, two single months
    sales = next(one for one in profit["accounts"] if one["name"] == "Sales")
    march = sales["amounts"]["2025-03-01..2025-03-31"]
    assert (march["amount"], march["printed"], march["cells"]) == ("-1300.00", "1300.00", ["D7"])
    assert march["evidence"]["quote"] == "1,300.00"
    assert (sales["type"], sales["told_by"]) == ("income", "section")


def test_what_does_not_hold_is_said_with_the_amount(bakery: Bakery) -> None:
    services, _ = bakery
    found = {(one["kind"], one["statement"], one["on"], one["amount"]) for one in books(services)["findings"]}
    assert ("foot", "trial-balance", "2026-02-28", "50.00") in found
    assert (
        "roll",
        "trial-balance",
        "2026-02-28",
        "1700.00",
    ) in found  # 900 of sales, 600 of flour, 200 of rent


def test_two_periods_are_compared_by_the_firms_thresholds(bakery: Bakery) -> None:
    services, _ = bakery
    told = books(services, statement="profit-and-loss", period="2026-02", compare="before")["comparison"]
    assert (told["now"], told["then"]) == ("2026-02-01..2026-02-28", "2026-01-01..2026-01-31")
    changes = {one["name"]: (one["by"], one["percent"], one["flagged"]) for one in told["changes"]}
    assert changes == {
        "Sales": ("-200.00", "-18.2", True),
        "Flour": ("200.00", "50.0", True),
        "Rent": ("0.00", "0.0", False),
    }
    year = books(services, statement="profit-and-loss", period="2026-01", compare="year")["comparison"]
    assert (year["then"], {one["by"] for one in year["changes"]}) == ("2025-01-01..2025-01-31", {"0.00"})
    with pytest.raises(Invalid, match="no profit-and-loss of 2024-03 is on file; there are"):
        books(services, statement="profit-and-loss", period="2024-03")


def test_the_page_shows_figures_findings_and_a_comparison(bakery: Bakery) -> None:
    services, visit = bakery
    ben = visit("ben")
    page, ran = selects(services, lambda: ben.get(f"/clients/{REF}/books"))
    assert page.status_code == 200
    assert len(ran) <= 12
    for words in ("What does not hold", "does not foot: credits are $50.00 more", "Feb 2026", "cell B6", "Net income"):
        assert words in page.text
    compared = ben.get(f"/clients/{REF}/books?statement=profit-and-loss&period=2026-02&compare=before")
    assert compared.text.count(">flux</span>") == 2
    refused = ben.get(f"/clients/{REF}/books?statement=profit-and-loss&period=2026-02&compare=2019")
    assert refused.status_code == 422
    assert "2019 is not on file" in refused.text
    figure = page.text.split('title="books/P&amp;L 2026-02.csv, cell B6">')[0].rsplit('href="', 1)[1].partition('"')[0]
    opened = ben.get(figure.replace("&amp;", "&"))
    assert opened.status_code == 200
    assert "900.00" in opened.text


def test_a_client_without_books_is_told_how_they_come(bakery: Bakery) -> None:
    services, visit = bakery
    page = visit("ana").get("/clients/C002/books")
    assert "No books yet" in page.text
    assert books(services, "C002")["statements"] == []
    with pytest.raises(Invalid, match="tickmark import auto FILE --client C002"):
        books(services, "C002", statement="balance-sheet")


def test_json_and_files_say_the_same(bakery: Bakery) -> None:
    services, visit = bakery
    ben = visit("ben")
    told = ben.http.get(f"/api/v1/clients/{REF}/books").json()
    assert told == books(services)
    table = list(csv.reader(io.StringIO(ben.get(f"/clients/{REF}/books/file?statement=trial-balance&form=csv").text)))
    assert table[0] == ["number", "account", "type", "2026-01-31", "2026-02-28"]
    assert ["1010", "Checking", "asset", "1300.00", "1250.00"] in table
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(ben.get(f"/clients/{REF}/books/file?statement=trial-balance&form=xlsx").content))
    assert book.sheetnames == [f"{REF}-trial-balance", "cells"]
    assert [cell.value for cell in book["cells"][2]][-2:] == ["B6", "1,300.00"]


def test_who_may_not_see_the_client_sees_no_books(bakery: Bakery) -> None:
    services, visit = bakery
    assert visit(None).get(f"/clients/{REF}/books").status_code in (303, 401)
    with services.database.reading() as session, pytest.raises(NotFound):
        read_books(open_scope(session, BEN, clock=services.clock), "C999")


def test_a_statement_by_month_is_enough_for_the_margin_and_the_memo(bakery: Bakery) -> None:
    """Only the year by month and two single months are on file: seven months in a row, of which five are columns."""
    services, _ = bakery
    of = snapshot(services)
    signals = {one.slug: one for one in detect(of, date(2026, 3, 9), resolve(of.settings)).signals}
    swing = signals["margin-swing"]
    assert "fell to 33.3 % in February 2026" in swing.headline
    gathered = flux_memo.gather(of, date(2026, 3, 9), flux_memo.occasion(of, date(2026, 3, 9), None))
    assert len(gathered.facts) > 10


def test_a_memo_of_a_month_that_is_a_column_quotes_its_cells(services: Services) -> None:
    take_in(services, BEN, REF, [("books/P&L.csv", exports.profit_by_month(2026, [1, 2]))])
    of = snapshot(services)
    gathered = flux_memo.gather(of, date(2026, 3, 9), flux_memo.occasion(of, date(2026, 3, 9), None))
    quotes = {getattr(fact.evidence, "quote", "") for fact in gathered.facts}
    assert {"1,200.00", "1,100.00", "Feb 2026", "Jan 2026"} <= quotes


def test_a_trial_balance_that_rolls_wrongly_is_raised_and_its_closing_balances_count(services: Services) -> None:
    lines = [
        ("1010 Checking", "1,000.00", "500.00", "200.00", "1,350.00"),
        ("4000 Sales", "-1,000.00", "", "350.00", "-1,350.00"),
    ]
    take_in(services, BEN, REF, [("books/TB.csv", exports.rolling_trial_balance("January 1 - March 31, 2026", lines))])
    of = snapshot(services)
    (off,) = [s for s in detect(of, date(2026, 4, 9), resolve(of.settings)).signals if s.slug == "trial-balance-off"]
    assert off.dollars == Decimal("50.00")
    assert "opening and activity are not the closing balance" in off.headline


@pytest.mark.parametrize("way", ["load", "import", "ingest"])
def test_books_come_in_each_way_and_a_second_time_changes_nothing(way: str, tmp_path: Path) -> None:
    folder = exports.firm_folder(tmp_path / "firm")
    source = tmp_path / "TB.csv"
    source.write_bytes(exports.trial_balance(date(2026, 1, 31), exports.BALANCED))
    kept: list[tuple[Any, ...]] = []
    with build(load_settings(tmp_path / "home"), own_index=True) as services:
        for again in (False, True):
            if way == "load":
                (folder / "books" / "C1").mkdir(parents=True, exist_ok=True)
                (folder / "books" / "C1" / "TB.csv").write_bytes(source.read_bytes())
            act(services, "load", folder=str(folder))
            if way == "import":
                act(services, "import", source="auto", files=[str(source)], client="C1")
            if way == "ingest":
                act(services, "ingest", client="C1", paths=[str(source)])
            if not again:
                kept = _all(services)
        assert len(kept) == len(exports.BALANCED) + 2
        assert _all(services) == kept


def _all(services: Services) -> list[tuple[Any, ...]]:
    table = BookFigure.__table__
    with services.database.reading() as session:
        return [tuple(row) for row in session.execute(select(table).order_by(table.c.id))]


def test_a_newer_export_replaces_and_what_was_stays_visible(services: Services) -> None:
    old = exports.profit_of_month(2026, 1, "1000.00")
    take_in(services, BEN, REF, [("books/P&L Jan.csv", old)])
    take_in(services, BEN, REF, [("books/P&L Jan.csv", exports.profit_of_month(2026, 1, "1050.00"))])
    (period,) = statement(books(services), "profit-and-loss")["periods"]
    assert period["replaced"] == []
    with services.database.reading() as session:
        versions = session.scalars(select(BookFigure.version_id).distinct()).all()
        current = session.scalars(select(Document.current_version_id).where(Document.path == "books/P&L Jan.csv")).one()
    assert len(versions) >= 2  # of the version before too: the document's page opens it
    assert current in versions
    assert _sales(services) == "1050.00"
    take_in(services, BEN, REF, [("books/January closed again.csv", exports.profit_of_month(2026, 1, "1075.00"))])
    (period,) = statement(books(services), "profit-and-loss")["periods"]
    assert period["path"] == "books/January closed again.csv"
    assert [one["path"] for one in period["replaced"]] == ["books/P&L Jan.csv"]
    assert _sales(services) == "1075.00"


def _sales(services: Services) -> str:
    accounts = statement(books(services), "profit-and-loss")["accounts"]
    return str(next(one for one in accounts if one["name"] == "Sales")["amounts"]["2026-01-01..2026-01-31"]["printed"])


def test_what_a_person_corrects_lies_over_the_figure_and_can_be_taken_back(services: Services) -> None:
    take_in(services, BEN, REF, [("books/P&L Jan.csv", exports.profit_of_month(2026, 1, "1000.00"))])
    said = {
        "document": "books/P&L Jan.csv",
        "name": "amount",
        "row": 0,
        "value": "1010.00",
        "quote": "1,000.00",
        "as_": BEN,
    }
    act(services, "facts-correct", **said)
    assert _sales(services) == "1010.00"
    with services.database.writing() as session:
        version = session.scalars(
            select(DocumentVersion)
            .join(Document, Document.current_version_id == DocumentVersion.id)
            .where(Document.path == "books/P&L Jan.csv")
        ).one()
        version.stage = "split"
    take_in(services, BEN, REF, [("books/other.txt", b"Nothing of note.")])  # reads again what waits
    assert _sales(services) == "1010.00"
    act(services, "facts-undo", document="books/P&L Jan.csv", name="amount", as_=BEN)
    assert _sales(services) == "1000.00"


def test_documents_read_before_there_were_figures_are_read_again(services: Services) -> None:
    """As the migration leaves them: no figures, and no reader that is known."""
    take_in(services, BEN, REF, [("books/P&L Jan.csv", exports.profit_of_month(2026, 1, "1000.00"))])
    kept = rows(services)
    with services.database.writing() as session:
        session.query(BookFigure).delete()
        session.query(DocumentVersion).update({"readers": None})
    act(services, "index-reread")
    assert rows(services) == kept
