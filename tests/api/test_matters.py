"""Parties, trust money and entered dates of a firm folder: loaded, told when wrong, counted by their rule, and out again."""

import csv
from datetime import date
from pathlib import Path

from sqlalchemy import select

from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Client, EnteredDeadline, Party, TrustEntry, TrustLedger
from tests.api.test_load import load

FILES = {
    "parties.csv": """engagement_ref,name,role,aliases,counsel_phone
E001,Alder Joinery,client,,
E001,"Harlan Builders, LLC",Opponent,Harlan Homes; H. Builders,(717) 555-0190
E001,Nobody,judge,,
E999,Roland Hess,witness,,
""",
    "trust.csv": """client_ref,engagement_ref,on,amount,memo,minimum,reconciled_on
C001,E001,,,,2000.00,2026-01-31
C001,E001,2026-02-02,5000.00,Retainer,,
C001,E001,2026-02-03,-405.00,Filing fee,,
C001,E001,2026-02-03,-405.00,Filing fee,,
C001,E001,2026-02-04,,Half,,
C001,E001,2026-02-05,1.00,,3000.00,
C001,E002,2026-02-05,1.00,,,
""",
    "entered_deadlines.csv": """client_ref,engagement_ref,title,due,authority,entered_by,confirmed_by,rule,counted_from,served_by_mail,\
court_state
C001,E001,Answer,,,ana@alder.example,mia@alder.example,frcp-answer,2026-02-21,true,PA
C001,E001,Limitations,2026-08-01,42 Pa. C.S. 5524,ana@alder.example,,,,,
C001,,No authority,2026-08-01,,,,,,,
C001,,No event,,,,,frcp-answer,,,
C001,,Unknown rule,,,,,no-such-rule,2026-02-21,,
C001,,Other day,2026-03-30,,,,frcp-answer,2026-02-21,,
C001,,One person,2026-08-01,x,ana@alder.example,ana@alder.example,,,,
""",
}


def write(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def test_matters_load_twice_and_come_out_again(
    services: Services, small_firm: Path, fresh: Path, tmp_path: Path
) -> None:
    result = load(services, write(small_firm))
    counts = {name: result.data["tables"][name] for name in FILES}
    assert [(one["new"], one["changed"], one["same"], one["rejected"]) for one in counts.values()] == [
        (2, 0, 0, 2),
        (4, 0, 0, 3),
        (2, 0, 0, 5),
    ]
    again = load(services, small_firm).data["tables"]
    assert [(again[name]["new"], again[name]["changed"]) for name in FILES] == [(0, 0)] * 3
    with services.database.reading() as session:
        [opponent] = session.scalars(select(Party).where(Party.role == "opponent"))
        assert opponent.aliases == ["Harlan Homes", "H. Builders"] and opponent.custom == {
            "counsel_phone": "(717) 555-0190"
        }
        [ledger] = session.scalars(select(TrustLedger))
        assert (str(ledger.minimum), ledger.reconciled_on) == ("2000.00", date(2026, 1, 31))
        assert sum(entry.amount for entry in session.scalars(select(TrustEntry))) == 4190
        answer, limit = session.scalars(select(EnteredDeadline).order_by(EnteredDeadline.due))
        # 21 days from February 21 are a Saturday, rolled to Monday, March 16; by mail three days more
        assert (answer.due, answer.authority, answer.confirmed_by is None) == (
            date(2026, 3, 19),
            "FRCP 12(a)(1), 6(a), 6(d)",
            False,
        )
        assert limit.confirmed_by is None
        revision = session.scalars(select(Client.revision).where(Client.ref == "C001")).one()
    find("export").load()(services, {"folder": str(tmp_path / "out")}, silent)
    with build(load_settings(fresh), own_index=True) as other:
        loaded = load(other, tmp_path / "out").data["tables"]
        assert [(loaded[name]["new"], loaded[name]["rejected"]) for name in FILES] == [(2, 0), (4, 0), (2, 0)]
        for table in (Party, TrustLedger, TrustEntry, EnteredDeadline):
            with services.database.reading() as here, other.database.reading() as there:
                rows = [session.execute(select(table.__table__).order_by(table.id)).all() for session in (here, there)]
            assert rows[0] == rows[1]
    with services.database.reading() as session:
        assert session.scalars(select(Client.revision).where(Client.ref == "C001")).one() == revision


def test_a_row_of_a_matter_that_cannot_stand_says_why(services: Services, small_firm: Path) -> None:
    load(services, write(small_firm))
    with (services.home / "rejected-rows.csv").open(newline="", encoding="utf-8") as file:
        reasons = {(row["file"], row["line"]): row["reason"] for row in csv.DictReader(file)}
    assert "'judge'" in reasons["parties.csv", "4"]
    assert "engagements.csv has no such engagement" in reasons["parties.csv", "5"]
    assert "amount is empty" in reasons["trust.csv", "6"]
    assert "says minimum 2000.00 of the same ledger, this one 3000.00" in reasons["trust.csv", "7"]
    assert "is not one of client C001" in reasons["trust.csv", "8"]
    entered = [reasons["entered_deadlines.csv", str(line)] for line in range(4, 9)]
    wanted = (
        "needs due and authority",
        "needs counted_from",
        "no deadline rule",
        "gives 2026-03-16",
        "a second person",
    )
    assert [part in reason for part, reason in zip(wanted, entered, strict=True)] == [True] * 5


def test_a_ledger_that_is_reconciled_again_is_a_change(services: Services, small_firm: Path) -> None:
    load(services, write(small_firm))
    path = small_firm / "trust.csv"
    path.write_text(path.read_text().replace("2026-01-31", "2026-02-28"))
    told = load(services, small_firm).data["tables"]["trust.csv"]
    assert (told["new"], told["changed"], told["same"]) == (0, 1, 3)
    with services.database.reading() as session:
        assert session.scalars(select(TrustLedger.reconciled_on)).one() == date(2026, 2, 28)
