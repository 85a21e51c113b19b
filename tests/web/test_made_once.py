"""Small pieces that a page has hundreds of are made once for the same arguments, and never one for another's."""

from decimal import Decimal

from markupsafe import Markup

from api import pages


def test_a_piece_is_made_once_for_the_same_arguments() -> None:
    asked: list[object] = []

    def piece(*of: object) -> str:
        asked.append(of)
        return Markup("<b>{}</b>").format(*of)

    made = pages.once(piece)
    for _ in range(2):
        # one number written in two ways, and text that is markup and that is not
        wanted = [Decimal("4.7"), Decimal("4.70"), "<i>", Markup("<i>"), None]
        told = [made(one) for one in wanted]
        assert told == ["<b>4.7</b>", "<b>4.70</b>", "<b>&lt;i&gt;</b>", "<b><i></b>", "<b>None</b>"]
    assert len(asked) == 5


def test_what_is_kept_is_bounded() -> None:
    count = 0

    def piece(number: int) -> str:
        nonlocal count
        count += 1
        return str(number)

    made = pages.once(piece)
    for number in range(3 * pages._KEPT):
        assert made(number) == str(number)
    assert made(0) == "0" and count == 3 * pages._KEPT + 1, "the first ones are forgotten, and made anew"


def test_the_shared_pieces_say_what_they_are_given() -> None:
    parts = pages.environment().get_template("parts.html").module
    for _ in range(2):
        assert "Class </span>A<" in parts.cls("A") and "</span> 3<" in parts.cls("A", 3)  # type: ignore[attr-defined]
        assert "changes asked" in parts.state("changes") and "in review" in parts.state("in_review")  # type: ignore[attr-defined]
        assert "slack-low" in parts.slack("2.9") and "slack-low" not in parts.slack(Decimal("3"))  # type: ignore[attr-defined]
        assert parts.slack(None) == parts.slack("") and "−2" in parts.slack("-2")  # type: ignore[attr-defined]
        assert 'aria-label="tied"' in parts.tick() and 'aria-label="derived"' in parts.tick("derived")  # type: ignore[attr-defined]
