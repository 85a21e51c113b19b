"""Everything the workspace knows of one client at one moment, read once: `take_snapshot(scope, ref) -> Snapshot`.

model.py holds the values, read.py the queries. Detectors, rank and deliverables work on a Snapshot and never on the database.
Never decides anything and never writes.
"""

from workspace.snapshot.figures import Figure
from workspace.snapshot.firm import Firm, take_firm
from workspace.snapshot.known import Known
from workspace.snapshot.matters import FirmPart, KnownName, Party, PlannedWeek, TrustEntry, TrustLedger
from workspace.snapshot.model import (
    RETURNS,
    Client,
    Contact,
    Document,
    Engagement,
    EnteredDeadline,
    Fact,
    Finding,
    Invoice,
    Message,
    Note,
    Notice,
    Payment,
    Person,
    Postponement,
    RequestItem,
    Snapshot,
    Task,
    TimeEntry,
)
from workspace.snapshot.read import take_snapshot, take_snapshots

__all__ = [
    "RETURNS",
    "Client",
    "Contact",
    "Document",
    "Engagement",
    "EnteredDeadline",
    "Fact",
    "Figure",
    "Finding",
    "Firm",
    "FirmPart",
    "Invoice",
    "Known",
    "KnownName",
    "Message",
    "Note",
    "Notice",
    "Party",
    "Payment",
    "Person",
    "PlannedWeek",
    "Postponement",
    "RequestItem",
    "Snapshot",
    "Task",
    "TimeEntry",
    "TrustEntry",
    "TrustLedger",
    "take_firm",
    "take_snapshot",
    "take_snapshots",
]
