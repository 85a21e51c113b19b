"""What a packet is made of, and what only the program around it knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workspace.billing.tables import Table

NO_CERTIFICATION = (
    "These are facts from the firm's own records, each with its source, as they stood at the moment named. They are no certification, no "
    "audit and no legal advice, and they say nothing of what is done outside this program."
)


@dataclass(frozen=True)
class Vendor:
    """An endpoint of a model or another service that the firm's records can reach. `inside`: it runs on the firm's own machines."""

    name: str
    kind: str
    address: str
    model: str
    inside: bool


@dataclass(frozen=True)
class Software:
    """A package that the program is made of."""

    name: str
    version: str
    licence: str


@dataclass(frozen=True)
class Machine:
    """What the settings of this installation say: vendors, software, and lines about it (name, value, source)."""

    vendors: Sequence[Vendor] = ()
    software: Sequence[Software] = ()
    settings: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Section:
    """A part of the packet: `rule` what asks for it, `source` where its facts are from, `said` its sentences, `tables` its rows."""

    slug: str
    title: str
    rule: str
    source: str
    said: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Packet:
    """All of it. `hidden` clients are walled from who made it: counted, not named."""

    firm: str
    by: str
    at: datetime
    hidden: int
    sections: tuple[Section, ...] = field(default=())
