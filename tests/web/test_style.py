"""The style sheet keeps its promises: contrast as WCAG AA asks, in light and dark, and one sheet without anything from elsewhere."""

import re
from itertools import chain

import pytest

from api.pages import STATIC, TEMPLATES

CSS = (STATIC / "style.css").read_text()
# text on ground
PAIRS = (
    ("ink", "paper"),
    ("ink", "sheet"),
    ("soft", "paper"),
    ("soft", "sheet"),
    ("accent", "paper"),
    ("accent", "sheet"),
    ("accent", "accent-wash"),
    ("on-accent", "accent"),
    ("late", "paper"),
    ("late", "sheet"),
    ("late", "late-wash"),
    ("ink", "late-wash"),
    ("ink", "accent-wash"),
    ("soft", "accent-wash"),
    ("ink", "mark"),
)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6}|#[0-9a-f]{3});", block))


LIGHT, DARK = (colours(block) for block in re.findall(r":root \{(.*?)\}", CSS, re.S)[:2])


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_legible(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[text], theme[ground]) >= 4.5, f"{text} on {ground}"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_focus_ring_and_controls_stand_out(theme: dict[str, str]) -> None:
    assert contrast(theme["accent"], theme["paper"]) >= 3


def test_every_class_that_a_page_uses_is_styled_or_read_by_the_script() -> None:
    known = CSS + (STATIC / "app.js").read_text()
    pages = [path.read_text() for path in TEMPLATES.rglob("*.html")]
    used = set(chain.from_iterable(re.findall(r'class="([^"{}]+)"', page) for page in pages))
    words = {word for one in used for word in one.split()}
    parts = {"derived", "tied"}  # as as_html names them; only the untied ones look different
    unknown = sorted(word for word in words - parts if f".{word}" not in known)
    assert unknown == []


def test_nothing_comes_from_elsewhere() -> None:
    everything = [CSS, (STATIC / "app.js").read_text(), *(path.read_text() for path in TEMPLATES.rglob("*.html"))]
    allowed = "http://www.w3.org/2000/svg"
    assert [
        found for text in everything for found in re.findall(r"https?://[^\s\"')]+", text) if found != allowed
    ] == []
