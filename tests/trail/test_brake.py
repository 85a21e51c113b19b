"""What is refused again and again is one entry a minute with a count; strangers fill neither memory nor disk."""

from itertools import pairwise

from api.brake import EACH, LONGEST, STRANGERS, Brake


def test_the_same_is_told_once_a_minute_with_how_often() -> None:
    brake = Brake()
    told = [brake.take(("ana", "/x"), "x", at) for at in (0, 1, 2, 59)]
    assert [one.count if one else None for one in told] == [1, None, None, None]
    again = brake.take(("ana", "/x"), "x", 61)
    assert again is not None and again.count == 4
    assert brake.take(("ben", "/x"), "x", 61) is not None  # another person is another matter


def test_what_was_held_back_is_told_when_its_minute_is_over_or_the_process_ends() -> None:
    brake = Brake()
    brake.take(("ana", "/x"), "first", 0)
    brake.take(("ana", "/x"), "last", 5)
    assert brake.overdue(30) == []
    [late] = brake.overdue(61)
    assert (late.what, late.count) == ("last", 1)
    assert brake.overdue(200) == []
    brake.take(("ana", "/x"), "again", 61.5)
    assert [one.count for one in brake.rest()] == [1] and brake.rest() == []


def test_a_flood_of_strangers_is_a_few_entries_a_minute() -> None:
    brake = Brake()
    told = [brake.take(("outside", str(n)), n, n / 1000, stranger=True) for n in range(50_000)]
    kept = [one for one in told if one is not None]
    assert len(kept) == STRANGERS
    later = brake.take(("outside", "x"), "x", 70, stranger=True)
    assert later is not None and later.count == 1 + 50_000 - STRANGERS  # none is lost


def test_of_one_person_only_so_much_is_noted_a_minute_and_the_rest_is_counted() -> None:
    brake = Brake()
    told = [brake.take(("ana", str(n)), n, n / 100, whose="ana") for n in range(2_000)]
    kept = [one for one in told if one is not None]
    assert len(kept) == EACH + 1
    assert sum(one.count for one in [*kept, *brake.rest()]) == 2_000


def test_one_stranger_who_goes_on_is_told_of_more_and_more_rarely() -> None:
    brake = Brake()
    told = [at for at in range(0, 24 * 3600, 5) if brake.take(("outside", "1.2.3.4"), at, at, stranger=True)]
    assert len(told) < 40
    assert max(b - a for a, b in pairwise(told)) <= LONGEST + 5
