"""Writes the records as the files of a firm folder: firm.toml and the CSVs, columns in the contract's order."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date
from decimal import Decimal
from typing import Any

from evals.firm import cast, plant_filings, records
from evals.firm.render.plain import csv_bytes
from evals.firm.sample import Sample

_MONEY = {"fee", "amount", "annual_fee", "standard_rate", "cost_rate", "rate", "minimum"}


def tables(sample: Sample, invoices: Sequence[records.Invoice], payments: Sequence[records.Payment]) -> dict[str, int]:
    """Writes all tables and returns rows by file."""
    time = [entry for entries in sample.time.values() for entry in entries]
    content: dict[str, tuple[type, Sequence[Any]]] = {
        "staff.csv": (records.Staff, sample.staff),
        "clients.csv": (records.Client, [profile.client for profile in sample.profiles.values()]),
        "contacts.csv": (records.Contact, sample.contacts),
        "engagements.csv": (records.Engagement, [e for ref in sample.profiles for e in sample.work_of(ref)]),
        "tasks.csv": (records.Task, sample.tasks),
        "requests.csv": (records.Request, [row for rows in sample.requests.values() for row in rows]),
        "time.csv": (
            records.Time,
            sorted(
                time, key=lambda row: (row.date, row.client_ref, row.engagement_ref, row.staff, row.note, row.hours)
            ),
        ),
        "invoices.csv": (records.Invoice, invoices),
        "payments.csv": (records.Payment, payments),
        "parties.csv": (records.Party, sample.parties),
        "trust.csv": (records.Trust, sample.trust),
        "entered_deadlines.csv": (records.Entered, sample.entered),
        "notes.csv": (records.Note, sorted(sample.notes, key=lambda row: (row.date, row.client_ref))),
    }
    for name, (row_type, rows) in content.items():
        columns = [column.name for column in fields(row_type)]
        sample.file(
            name,
            csv_bytes([columns, *([_cell(c, v) for c, v in zip(columns, astuple(row), strict=True)] for row in rows)]),
        )
    sample.file("firm.toml", _firm().encode())
    return {name: len(rows) for name, (_, rows) in content.items()}


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}" if column in _MONEY else f"{value.normalize():f}"
    return str(value)


def _firm() -> str:
    return f'name = "{cast.FIRM}"\ntimezone = "{cast.TIMEZONE}"\nfiscal_year_end = "12-31"\n\n[settings]\n{plant_filings.STATES}'
