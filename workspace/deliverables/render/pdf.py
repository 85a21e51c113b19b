"""A paper as PDF, through HTML. Fetches nothing from anywhere: a text can name no picture and no address.

The text face is the pages' own, from the package that carries it, so that a letter looks the same whatever machine drew it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from store.errors import Broken
from workspace.deliverables.render.html import as_html
from workspace.deliverables.render.marks import SIGNED
from workspace.deliverables.render.paper import Sheet, facts_line

_FACES = {
    "face:regular": "SourceSansPro-Regular.ttf",
    "face:bold": "SourceSansPro-Semibold.ttf",
    "face:italic": "SourceSansPro-It.ttf",
}
_SIGNED = re.compile(rf"(?:<p>((?:(?!</p>).)*</p>\s*))?<p>({'|'.join(SIGNED)})</p>", re.DOTALL)


def drawn(sheet: Sheet) -> bytes:
    """The sheet as PDF bytes."""
    return printed(sheet.shown["title"], _parts(sheet))


def printed(title: str, parts: Iterable[str]) -> bytes:
    """Pieces of HTML, whose texts are escaped already, as PDF in the paper's style."""
    from weasyprint import HTML

    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_style()}</style>'
    page = f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>'
    out = BytesIO()
    HTML(string=page, url_fetcher=_face).write_pdf(out)
    return out.getvalue()


def _face(url: str, *rest: Any, **more: Any) -> Any:
    """A weight of the text face, by the name that paper.css has for it; whatever else is asked for is refused."""
    if url not in _FACES:
        raise Broken("a paper must not fetch anything")
    import font_source_sans_pro
    from weasyprint.urls import URLFetcherResponse

    source = Path(font_source_sans_pro.__file__).parent / "files" / _FACES[url]
    return URLFetcherResponse(url, source.read_bytes(), {"Content-Type": "font/ttf"})


def _parts(sheet: Sheet) -> list[str]:
    body = as_html(sheet.shown, style="numbers" if sheet.internal else "none")
    return [
        f'<div class="watermark">{escape(sheet.watermark)}</div>' if sheet.watermark else "",
        f'<div class="foot">{escape(sheet.foot)}</div>',
        letterhead(sheet.firm, sheet.letterhead),
        _envelope(sheet),
        f"<article>{_SIGNED.sub(_together, body)}</article>",
        _inside(sheet) if sheet.internal else "",
    ]


def _together(found: re.Match[str]) -> str:
    """A signature is never alone on a page: the last words before it stay with it, and there is room to sign."""
    before = f'<p class="last">{found[1]}' if found[1] else ""
    return f'{before}<p class="sign">{found[2]}</p>'


@lru_cache(maxsize=1)
def _style() -> str:
    return files("workspace.deliverables.render").joinpath("paper.css").read_text(encoding="utf-8")


def letterhead(firm: str, address: Iterable[str]) -> str:
    """The firm's name and address lines at the head of a paper; "" without both."""
    lines = "".join(f"<div>{escape(line)}</div>" for line in address)
    return f'<div class="head"><b>{escape(firm)}</b>{lines}</div>' if firm or lines else ""


def _envelope(sheet: Sheet) -> str:
    """The date of a letter; to whom and about what of a mail; the title of a paper for the file."""
    shown = sheet.shown
    dated = sheet.dated or "[dated on release]"
    if sheet.goes_by == "letter":
        return f"<p>{escape(dated)}</p>"
    if sheet.goes_by == "mail":
        rows = (("To", ", ".join(shown["recipients"]) or "[no address]"), ("Date", dated), ("Subject", shown["title"]))
        cells = "".join(f"<tr><td>{name}</td><td>{escape(value)}</td></tr>" for name, value in rows)
        return f'<table class="envelope">{cells}</table>'
    return f"<h1>{escape(shown['title'])}</h1><p>{escape(facts_line(shown))}</p>"


def _inside(sheet: Sheet) -> str:
    """The page that never leaves the firm: proof, checks, what could not be seen."""
    rows = "".join(
        f'<tr class="{line.status}"><td>{line.number}</td><td>{escape(line.figure)}</td><td>{line.status}</td>'
        f"<td>{escape(line.source)}</td></tr>"
        for line in sheet.proof
    )
    table = (
        f"<h2>Proof</h2><table><tr><th></th><th>Figure</th><th></th><th>Source</th></tr>{rows}</table>" if rows else ""
    )
    note = sheet.shown["note"]
    said = f"<h2>About this version</h2><p>{escape(note)}</p>" if note else ""
    lists = (
        _listed("To check", sheet.shown["checks"]),
        _listed("What could not be seen", sheet.shown["unseen"]),
    )
    return f'<div class="inside">{said}{table}{"".join(lists)}</div>'


def _listed(title: str, lines: list[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>{title}</h2><ul>{items}</ul>" if items else ""
