"""What the agents work with, as the composition root (api/wiring.py) builds it. Agents never import the root."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from agents.llm import ModelDoor
from store.blobs import Blobs
from store.database import Database

if TYPE_CHECKING:
    from ingestion.sandbox import ParsePool
    from store.embedder import Embedder
    from store.vectors import VectorIndex
    from workspace.search import Searcher


Room_co = TypeVar("Room_co", covariant=True)


class Running(Protocol[Room_co]):
    """What a node of a graph is handed beside its state: LangGraph's Runtime, without importing it for every light command."""

    @property
    def context(self) -> Room_co: ...

    def stream_writer(self, event: Any, /) -> None: ...


class Clock(Protocol):
    """The practice's day and moment."""

    def today(self) -> date: ...

    def now(self) -> datetime: ...


class Apart(Protocol):
    """A process beside this one that does the work of nights (apart.py)."""

    def do(self, work: str, *given: Any) -> Any: ...

    def rest(self) -> None: ...


class Services(Protocol):
    """One home's services. `searcher`, `index`, `embedder` and `parse_pool` open when first touched, and need the home."""

    @property
    def home(self) -> Path: ...

    @property
    def worker(self) -> str:
        """The fixed name of whoever works here beside others (roster.py)."""
        ...

    @property
    def purpose(self) -> str:
        """What this process was started as."""
        ...

    @property
    def apart(self) -> Apart | None:
        """Where the work of nights is done beside this process; None: here."""
        ...

    @property
    def database(self) -> Database: ...

    @property
    def blobs(self) -> Blobs: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def door(self) -> ModelDoor: ...

    @property
    def searcher(self) -> "Searcher": ...

    @property
    def index(self) -> "VectorIndex": ...

    @property
    def embedder(self) -> "Embedder": ...

    @property
    def parse_pool(self) -> "ParsePool": ...
