"""Tables are known by their header row: whatever the order, the notation of days and money, the encoding; damaged files never crash and
never lose a row without a word."""

import csv
import io
import os
import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.exports import Export, read_export
from ingestion.exports.recognise import Learned, column_names, fingerprint
from ingestion.exports.values import day_first, decimal_comma, read_date, read_hours, read_money
from ingestion.parse import parse
from tests.imports.samples import SAMPLES, as_exported, as_workbooks

FUZZ = int(os.environ.get("TICKMARK_FUZZ", "3"))
DAYS = {
    "iso": lambda d: d.isoformat(),
    "american": lambda d: f"{d:%m/%d/%Y}",
    "short": lambda d: f"{d.month}/{d.day}/{d:%y}",
    "german": lambda d: f"{d.day}.{d.month}.{d.year}",
    "named": lambda d: f"{d:%b} {d.day}, {d.year}",
    "moment": lambda d: f"{d.isoformat()}T09:30:00Z",
    "british": lambda d: f"{d:%d %B %Y}",
}
MONEY = {
    "plain": lambda m: f"{m}",
    "american": lambda m: f"{m:,.2f}",
    "dollars": lambda m: f"$ {m:,.2f}",
    "brackets": lambda m: f"({-m:,.2f})" if m < 0 else f"{m:,.2f}",
    "after": lambda m: f"{-m:,.2f}-" if m < 0 else f"{m:,.2f}",
    "german": lambda m: f"{m:,.2f}".replace(",", " ").replace(".", ",").replace(" ", "."),
}
HEADER = {
    "invoice": ("Num", "Invoice Number", "No."),
    "client": ("Name", "Customer", "Customer full name"),
    "date": ("Date", "Transaction date"),
    "due": ("Due date", "Due Date"),
    "amount": ("Amount", "AMOUNT"),
    "open": ("Open balance", "Open Balance"),
    "kind": ("Transaction type", "Type"),
}
days = st.dates(date(2000, 1, 1), date(2039, 12, 31))
money = st.decimals(-9_999_999, 9_999_999, places=2)


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, list[dict[str, object]]]:
    """A list of invoices in some program's hand, and what it says. One day is late in its month, so that the order of dates is told."""
    told = draw(st.sampled_from(sorted(DAYS)))
    paid = draw(st.sampled_from(sorted(MONEY)))
    fields = draw(st.permutations(sorted(HEADER)))
    header = [draw(st.sampled_from(HEADER[name])) for name in fields]
    rows: list[dict[str, object]] = []
    for number in range(draw(st.integers(1, 6))):
        on = date(2025, draw(st.integers(1, 12)), 28) if number == 0 else draw(days)
        amount = Decimal("1.50") if number == 0 else abs(draw(money))
        row = {
            "invoice": f"A{number}",
            "client": draw(st.sampled_from(("Harlan, Roe & Co", 'The "Blue" Door', "Ünal GmbH"))),
        }
        rows.append({**row, "date": on, "due": on, "amount": amount, "open": amount, "kind": "Invoice"})
    text = io.StringIO()
    separator = draw(st.sampled_from(",;\t"))
    writer = csv.writer(text, delimiter=separator)
    writer.writerows(
        [[title] for title in draw(st.lists(st.sampled_from(("Firm", "Invoice List", "All dates")), max_size=3))]
    )
    writer.writerow(header)
    for row in rows:
        writer.writerow([_written(name, row[name], told, paid) for name in fields])
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252")))
    return text.getvalue().encode(encoding), rows


def _written(name: str, value: object, told: str, paid: str) -> str:
    if isinstance(value, date):
        return DAYS[told](value)
    return MONEY[paid](value) if isinstance(value, Decimal) else str(value)


@given(tables())
@settings(max_examples=40)
def test_a_table_says_the_same_however_it_is_written(made: tuple[bytes, list[dict[str, object]]]) -> None:
    data, rows = made
    export = read_export([("list.csv", data)], parse, "quickbooks")
    assert not export.rejected and not export.unknown
    kept = [{name: one.values.get(name) for name in rows[0]} for one in export.entries]
    assert kept == [{**row, "kind": "invoice"} for row in rows]


@given(days)
def test_a_day_is_read_in_every_notation(day: date) -> None:
    for name, write in DAYS.items():
        first = name == "german"
        if name == "short" and not 1970 <= day.year < 2070:
            continue
        assert read_date(write(day), first) == day, name


@given(money)
def test_an_amount_is_read_in_every_notation(amount: Decimal) -> None:
    for name, write in MONEY.items():
        assert read_money(write(amount), comma=name == "german") == amount, (name, write(amount))


@pytest.mark.parametrize(
    "text", ["", "12.345", "1,2,3", "1.234,5", "--5", "abc", "1e5", "12/13", "NaN", "Infinity", "1 2", "9" * 30]
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert read_money(text) is None


def test_the_order_of_dates_is_the_columns() -> None:
    assert day_first(["03/04/2026", "25/03/2026"]) is True
    assert day_first(["03/04/2026", "03/25/2026"]) is False
    assert day_first(["03/04/2026"]) is None
    assert day_first(["25/03/2026", "03/25/2026"]) is None, "a column that contradicts itself says nothing"
    assert decimal_comma(["1.234,50"]) and not decimal_comma(["1,234.50"]) and not decimal_comma(["1,50", "1.50"])
    assert [read_hours(one) for one in ("1:30", "90 min", "1h 30m", "1.5")] == [Decimal("1.50")] * 4


def test_dates_that_can_be_read_two_ways_are_told() -> None:
    data = b"Invoice Number,Client,Invoice Date,Due Date,Amount\n1,Harlan,03/04/2026,05/06/2026,10\n"
    export = read_export([("i.csv", data)], parse, "generic")
    assert export.entries[0].values["date"] == date(2026, 3, 4)
    assert "month first" in export.notes[0]


def test_a_table_nobody_knows_is_shown_and_learned() -> None:
    data = b"Mandant,Art,Sachbearbeiter\nHarlan Builders LLC,GmbH,Ben Birch\n"
    export = read_export([("liste.csv", data)], parse)
    assert export.unknown[0].header == ("Mandant", "Art", "Sachbearbeiter") and not export.entries
    known = {fingerprint(export.unknown[0].header): Learned("client", {"name": "mandant", "owner": "sachbearbeiter"})}
    other = b"Sachbearbeiter,Mandant,Art\nBen Birch,Harlan Builders LLC,GmbH\n"
    for table in (data, other):
        again = read_export([("liste.csv", table)], parse, None, known)
        assert not again.unknown, "the order of the columns does not matter to the fingerprint"
        (entry,) = again.entries
        assert (entry.values["name"], entry.values["owner"]) == ("Harlan Builders LLC", "Ben Birch")
        assert entry.custom == {"Art": "GmbH"}


def test_columns_are_called_apart_whatever_their_letters() -> None:
    assert column_names(("E-mail", "Email", "", "Клиент")) == ("email", "email#2", "#3", "клиент")
    assert fingerprint(("Клиент", "Налог")) != fingerprint(("Имя", "Дата")), "other letters are letters"


@pytest.mark.parametrize("name", ["books.qbw", "backup.QBB", "mail.pst"])
def test_a_file_of_one_program_only_is_refused_with_the_steps(name: str) -> None:
    refused = read_export([(name, b"\0\1\2" * 50)], parse).rejected
    assert len(refused) == 1 and ("Export" in refused[0].reason)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_damaged_files_never_crash_and_lose_nothing_unsaid(kind: str) -> None:
    chance = random.Random(kind)
    for sample in SAMPLES:
        files = as_exported(sample) if kind == "csv" else as_workbooks(sample)
        for _ in range(FUZZ if kind == "csv" else max(1, FUZZ // 3)):
            hurt = [(name, _hurt(data, chance)) for name, data in files]
            export = read_export(hurt, parse, sample.system)
            told(export)


def told(export: Export) -> None:
    """Every row of a recognised table is an entry, a further line of one, or rejected."""
    lines = {(one.file, one.line) for one in export.entries} | {
        (one.file, one.line) for one in export.rejected if one.line
    }
    assert len(lines) + export.joined >= sum(export.rows.values()), export.tables
    assert all(one.reason for one in export.rejected)


def _hurt(data: bytes, chance: random.Random) -> bytes:
    hurt = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        if not hurt:
            break
        place = chance.randrange(len(hurt))
        what = chance.random()
        if what < 0.4:
            hurt[place] = chance.randrange(256)
        elif what < 0.6:
            del hurt[place : place + chance.randint(1, 40)]
        elif what < 0.8:
            hurt[place:place] = chance.choice([b'"', b",,", b"\n", b"\0", b"\xff\xfe", b"=1+1", b"TOTAL", b"\r"])
        elif what < 0.9:
            hurt = hurt[:place]
    return bytes(hurt)


def test_a_list_of_quickbooks_desktop_is_read_by_its_own_headers() -> None:
    lines = (
        "!CUST\tNAME\tCOMPANYNAME\tFIRSTNAME\tLASTNAME\tEMAIL",
        "CUST\tHarlan Builders LLC\tHarlan Builders LLC\tDana\tHarlan\tdana@harlan.example",
        "!TRNS\tTRNSID\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\tDOCNUM\tDUEDATE",
        "!SPL\tTRNSTYPE\tDATE\tAMOUNT",
        "!ENDTRNS",
        "TRNS\t1\tINVOICE\t3/1/2026\tAR\tHarlan Builders LLC\t100.00\t9\t3/31/2026",
        "SPL\tINVOICE\t3/1/2026\t-100.00",
        "ENDTRNS",
        "TRNS\t2\tCREDIT MEMO\t3/2/2026\tAR\tHarlan Builders LLC\t-25.00\t10\t3/2/2026",
        "TRNS\t3\tCHECK\t3/2/2026\tBank\tA vendor\t-5.00\t11\t",
        "ACCNT\tCash",
    )
    export = read_export([("lists.iif", "\r\n".join(lines).encode())], parse, "quickbooks")
    told = [(one.kind, one.values.get("name") or one.values.get("amount")) for one in export.entries]
    assert told == [
        ("client", "Harlan Builders LLC"),
        ("contact", "Dana Harlan"),
        ("invoice", Decimal("100.00")),
        ("invoice", Decimal("-25.00")),
    ]
    refused = {one.line: one.reason for one in export.rejected}
    assert set(refused) == {10, 11} and "CHECK" in refused[10] and "!ACCNT" in refused[11]
