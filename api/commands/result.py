"""What a command gives back, and how it tells how far it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Progress = Callable[[str, int, int], None]
"""What is being done, how many are done, of how many (0: nobody knows)."""

Arguments = Mapping[str, Any]
"""The command's arguments by name, as plain JSON values, so that a command can be sent to the process that owns the home."""


@dataclass(frozen=True)
class Result:
    """`data` is the JSON of the contract, `text` what a person reads. `failed`: it ran, and what it found is bad (exit status 1)."""

    data: Any
    text: str
    failed: bool = False


def silent(doing: str, done: int, total: int) -> None:
    """Progress that nobody watches."""
