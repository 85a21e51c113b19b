"""Thresholds of one client lie over the firm's, value by value."""

from store import tables
from store.database import Database
from tests.signals import rows
from workspace.signals import resolve
from workspace.snapshot import take_snapshot
from workspace.snapshot.settings import settings_of

FIRM = {
    "ar-aging": {"days": 45},
    "esign-out": {"days": 4, "again_days": 9},
    "states": {"PA": {"sales_tax_day": 20, "sales_tax_frequency": "monthly"}},
    "clients": {
        "C1": {
            "ar-aging": {"days": 90},
            "esign-out": {"days": 6},
            "states": {"PA": {"sales_tax_frequency": "quarterly"}},
        },
        "C2": "wrong",
    },
}


def test_a_clients_own_values_win_and_the_others_stay() -> None:
    one, two, three = (settings_of(FIRM, ref) for ref in ("C1", "C2", "C3"))
    assert (one["ar-aging"], one["esign-out"]) == ({"days": 90}, {"days": 6, "again_days": 9})
    assert one["states"]["PA"] == {"sales_tax_day": 20, "sales_tax_frequency": "quarterly"}
    assert two == three == {name: FIRM[name] for name in ("ar-aging", "esign-out", "states")}
    assert FIRM["ar-aging"] == {"days": 45}  # nothing is changed in place


def test_a_snapshot_has_its_clients_settings(database: Database) -> None:
    with database.writing() as session:
        rows.add_firm(session)
        firm = session.get(tables.Firm, "firm")
        assert firm is not None
        firm.settings = FIRM
        client = session.get(tables.Client, rows.cl("C1"))
        assert client is not None
        client.custom = {"Formation date": "2026-01-26"}
        session.flush()
        own, other = (take_snapshot(rows.night(session), ref) for ref in ("C1", "C2"))
    assert resolve(own.settings).days("ar-aging", "days") == 90
    assert resolve(other.settings).days("ar-aging", "days") == 45
    assert "clients" not in own.settings
    assert str(own.client.formed_on) == "2026-01-26" and other.client.formed_on is None
