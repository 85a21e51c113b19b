"""Documents and messages that contradict the record: each kind a small rule in a module of its subject, all raised under one slug.

Front door: `document_contradicts_record`. What several rules find in one document or message is one signal with several sides.
Rules never change a record and are silent where the data to compare are missing.
"""

from collections.abc import Callable, Iterator
from datetime import date

from workspace.signals.contradictions import diary, identity, mail, money, people, work
from workspace.signals.contradictions.found import Contradiction, as_signals
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Snapshot

Rule = Callable[[Snapshot, date, Thresholds], Iterator[Contradiction]]

RULES: tuple[Rule, ...] = (
    identity.taxpayer_id,
    identity.taxpayer_name,
    identity.taxpayer_address,
    people.k1_share,
    people.officers,
    people.employers,
    money.letter_fee,
    money.loan_balance,
    money.reported_income,
    work.letter_services,
    work.statement_before_close,
    work.elected_entity,
    diary.lease_end,
    mail.moved,
    mail.hired_elsewhere,
    mail.sold,
    mail.two_dates,
)


def document_contradicts_record(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Signal | BlindSpot]:
    """What a document or a message says is not what the record says: every kind of signals.md, each stated at its rule in RULES. One signal
    a document or message."""
    found = [one for rule in RULES for one in rule(snapshot, today, settings)]
    yield from as_signals(snapshot, found)
