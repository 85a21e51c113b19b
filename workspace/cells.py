"""Text as a cell of a table that a spreadsheet opens: nothing in it is ever computed."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BEGINS = ("=", "+", "-", "@")


def shown(text: str) -> str:
    """The text without control letters, which a workbook cannot hold."""
    return _CONTROL.sub("", text)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute it, also behind spaces."""
    return text.lstrip().startswith(_BEGINS) or text.startswith(("\t", "\r"))


def unfolded(text: str) -> str:
    """The text as a cell of a CSV: with an apostrophe before what would be taken for a formula."""
    clean = shown(text)
    return f"'{clean}" if is_formula(clean) else clean
