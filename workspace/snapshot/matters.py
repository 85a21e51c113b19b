"""The values of a law matter and of the firm around a client: parties, trust money, what the whole firm's records say about this client.

Frozen values, read once. `FirmPart` holds totals and names only: never a row, a ref or a file of another client.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.evidence import RecordEvidence

CLIENT_SIDE = ("client", "co-client")
OTHER_SIDE = ("opponent",)


@dataclass(frozen=True)
class Party:
    """Somebody on a matter of this client. `role` is one of store.rows.PARTY_ROLES; `aliases` are other names of the same one."""

    id: str
    engagement_id: str
    name: str
    role: str
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the other names."""
        return (self.name, *self.aliases)

    @property
    def is_ours(self) -> bool:
        """On the side of the client."""
        return self.role in CLIENT_SIDE

    @property
    def is_against(self) -> bool:
        """On the other side."""
        return self.role in OTHER_SIDE

    def evidence(self, name: str) -> RecordEvidence:
        """The record evidence of the name as it is written, or of the role."""
        return RecordEvidence(f"party:{self.id}", name, str(getattr(self, name)))


@dataclass(frozen=True)
class TrustEntry:
    """A movement of trust money; a receipt is positive."""

    id: str
    on: date
    amount: Decimal
    memo: str


@dataclass(frozen=True)
class TrustLedger:
    """Money of the client (and matter) that the firm holds in trust. `minimum` None: no floor was agreed. `entries` are by day."""

    id: str
    engagement_id: str | None
    minimum: Decimal | None
    reconciled_on: date | None
    entries: tuple[TrustEntry, ...] = ()

    def until(self, today: date) -> tuple[TrustEntry, ...]:
        """The entries through a day."""
        return tuple(entry for entry in self.entries if entry.on <= today)


@dataclass(frozen=True)
class KnownName:
    """A name that stands on another client's matter, or is another client's: no more of that client is told.

    `side`: client or opponent."""

    name: str
    side: str


@dataclass(frozen=True)
class PlannedWeek:
    """Hours of open tasks that one person has in the week that begins on `monday`, over all clients."""

    person_id: str
    monday: date
    hours: Decimal


@dataclass(frozen=True)
class FirmPart:
    """What the whole firm's records say that matters for this client.

    `first` and `last` bound the twelve full months before the day; `billed` is what all clients were billed in them, `billed_clients`
    how many they are. `weeks` are the planned weeks of those people who have more hours of this client than of any other in their
    fullest week. `names` are those on other clients' matters, empty for a client without parties of its own. `mark` is a short text that
    changes when something decisive of this does: the whole percent of the revenue, the weeks, the names. A payment somewhere in the firm
    does not make every client a changed one."""

    first: date
    last: date
    billed: Decimal
    billed_clients: int
    weeks: tuple[PlannedWeek, ...] = ()
    names: tuple[KnownName, ...] = ()
    mark: str = ""
