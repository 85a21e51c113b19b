"""Legal text that the firm approved, one Markdown file for each clause in legal/, put word for word where a template names it.

A firm has wording of its own by a file of the same name in HOME/templates/legal/ (consent-7216.md, demand-reservation.md): it wins over
the one that comes with the product. No model words a clause: its kind lists the section that holds it among `fixed`. Never gathers a
figure: what a clause prints is one of the kind's variables, as in any template.
"""

import re
from importlib.resources import files
from pathlib import Path

from store.errors import Invalid

_CLAUSE = re.compile(r"^\{# clause: ([a-z0-9-]+) #\}$", re.MULTILINE)
_FRONT = re.compile(r"\A\+\+\+\n.*?\n\+\+\+\n", re.DOTALL)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def expanded(body: str, folder: Path | None) -> tuple[str, tuple[str, ...]]:
    """The body of a template with each clause in its place, and the words of the clauses, line by line and without what they fill in:
    fixed phrases, whose citations and times need no source. Raises Invalid for a clause that there is not."""
    phrases: list[str] = []

    def put(found: re.Match[str]) -> str:
        text = _text(found[1], folder)
        words = (piece.strip() for line in text.splitlines() for piece in _JINJA.split(line))
        phrases.extend(one for one in words if any(letter.isalnum() for letter in one))
        return text

    return _CLAUSE.sub(put, body), tuple(dict.fromkeys(phrases))


def _text(name: str, folder: Path | None) -> str:
    """A clause's words, the firm's own first; a front matter (who approved it, and when) is not printed."""
    own = folder / "legal" / f"{name}.md" if folder is not None else None
    if own is not None and own.is_file():
        text = own.read_text(encoding="utf-8")
    else:
        ours = files("workspace.deliverables.templates").joinpath("legal", f"{name}.md")
        if not ours.is_file():
            raise Invalid(f"there is no legal text {name}: put it in templates/legal/{name}.md of the home")
        text = ours.read_text(encoding="utf-8")
    return _FRONT.sub("", text).strip()
