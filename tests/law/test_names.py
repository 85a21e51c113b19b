"""How alike names are, measured on pairs that were labelled by hand: the same one in two spellings, or two of near names.

`python -m tests.law.test_names` prints recall and precision at both grades, and every pair that came out otherwise.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.law.names import CLOSE, POSSIBLE, best_likeness, folded, slips, sound

PAIRS = Path(__file__).with_name("names.csv")
UNSEEN = Path(__file__).with_name(
    "names_unseen.csv"
)  # written after the likeness was; of it only the list of nicknames grew since


@dataclass(frozen=True)
class Measured:
    """What a threshold makes of the pairs; `missed` and `false` are the pairs themselves."""

    pairs: int
    same: int
    missed: tuple[tuple[str, str, int], ...]
    false: tuple[tuple[str, str, int], ...]

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.same

    @property
    def precision(self) -> float:
        found = self.same - len(self.missed)
        return found / (found + len(self.false))


def measured(threshold: int, pairs: Path = PAIRS) -> Measured:
    with pairs.open(newline="", encoding="utf-8") as file:
        rows = [(row["same"] == "1", row["one"], row["other"]) for row in csv.DictReader(file)]
    scored = [(same, one, other, best_likeness(one, other).score) for same, one, other in rows]
    return Measured(
        len(rows),
        sum(same for same, *_ in scored),
        tuple((one, other, score) for same, one, other, score in scored if same and score < threshold),
        tuple((one, other, score) for same, one, other, score in scored if not same and score >= threshold),
    )


def test_the_labelled_pairs() -> None:
    """A search misses nothing that it should show, and most of what it calls close is the same one."""
    shown, close = measured(POSSIBLE), measured(CLOSE)
    assert shown.pairs >= 200 and shown.same >= 120
    assert shown.recall >= 0.985, shown.missed
    assert close.recall >= 0.93, close.missed
    assert close.precision >= 0.93, close.false
    assert shown.precision >= 0.85, shown.false
    unseen = measured(POSSIBLE, UNSEEN)
    assert unseen.recall >= 0.94 and unseen.precision >= 0.85, (unseen.missed, unseen.false)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Bob Okonkwo", "Robert Okonkwo", "forms of one name"),
        ("Katherine Moore", "Catherine Moore", "forms of one name"),
        ("Gareth Price", "Gareth Pryce", "sounds like"),
        ("Meridien Casualty", "Meridian Casualty", "sounds like"),
        ("John B. Smith", "John A. Smith", "another middle initial"),
        ("John Smith Jr", "John Smith Sr", "jr is not sr"),
        ("BlueSky LLC", "Blue Sky", "the same words"),
    ],
)
def test_a_match_says_why(one: str, other: str, why: str) -> None:
    assert why in "; ".join(best_likeness(one, other).why)


WORDS = ("John", "Jon", "Ana", "Hess", "Zoë", "O'Neil", "Müller", "LLC", "Jr", "Group", "&", "A.", "Smith")
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5)


@given(NAMES, NAMES)
def test_likeness_is_the_same_from_both_sides(one: list[str], other: list[str]) -> None:
    there, back = best_likeness(" ".join(one), " ".join(other)), best_likeness(" ".join(other), " ".join(one))
    assert there.score == back.score and 0 <= there.score <= 100
    assert best_likeness(" ".join(one), " ".join(one)).score in (
        0,
        100,
    )  # 0: nothing but a form or a word that is dropped


@given(st.text("abcdeé", max_size=9), st.text("abcdeé", max_size=9))
def test_slips_are_a_distance(one: str, other: str) -> None:
    assert slips(one, other, 9) == slips(other, one, 9) <= max(len(one), len(other))
    assert (slips(one, other, 9) == 0) == (one == other)
    assert sound(one + "a") == sound(one + "a") and folded(one) == folded(folded(one))


def _told() -> None:
    for pairs in (PAIRS, UNSEEN):
        for name, threshold in (("close", CLOSE), ("possible or close", POSSIBLE)):
            found = measured(threshold, pairs)
            figures = (
                f"recall {found.recall:.3f}, precision {found.precision:.3f}; {found.pairs} pairs, {found.same} same"
            )
            print(f"{pairs.name}, {name} (>= {threshold}): {figures}")
            for label, wrong in (("missed", found.missed), ("false", found.false)):
                for one, other, score in wrong:
                    print(f"  {label}: {one} | {other} ({score})")


if __name__ == "__main__":
    _told()
