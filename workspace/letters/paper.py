"""The certificate that is appended to a signed letter: who signed what, when and from where, and what the signature is not.

A signature here is an electronic one as 15 U.S.C. §7006(5) (ESIGN) and the states' UETA §2 know it. Nobody's identity is asked with
questions from records (KBA), so it may not stand on forms whose rules want that (IRS Publication 1345 for Forms 8878 and 8879).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from io import BytesIO

from store.errors import Broken
from store.ids import content_hash
from workspace.deliverables.render.pdf import printed

NOT_KBA = (
    "This is not knowledge-based authentication (KBA). Nobody’s identity was checked with questions from records. The signature may not "
    "be used for Form 8879, Form 8878 or any other form whose rules ask for that (IRS Publication 1345)."
)
WIDTH, HEIGHT = 600, 200


@dataclass(frozen=True)
class Signed:
    """One signature as the certificate prints it. `at` is in the firm's zone, `address` the network address it came from."""

    name: str
    asked: str
    email: str | None
    method: str
    at: datetime
    address: str
    agent: str
    strokes: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Certificate:
    """What a certificate states. `letter_hash` is the SHA-256 of the released text with its proof, `paper_hash` of the PDF of the letter
    as each signer was shown it. `work` are the engagements that the letter covers: ref and title."""

    firm: str
    client: str
    title: str
    letter_hash: str
    paper_hash: str
    released: str
    signed: Sequence[Signed]
    work: Sequence[tuple[str, str]]


def appended(letter: bytes, certificate: Certificate) -> bytes:
    """The letter's own pages, untouched, with the certificate behind them. Raises Broken when the letter is not the one that was signed."""
    from pypdf import PdfReader, PdfWriter

    if content_hash(letter) != certificate.paper_hash:
        raise Broken("the stored letter is not the one that was signed; restore it from a backup")
    writer = PdfWriter()
    for source in (letter, printed("Certificate of signature", _parts(certificate))):
        writer.append(PdfReader(BytesIO(source)))
    writer.add_metadata({"/Title": certificate.title})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _parts(one: Certificate) -> list[str]:
    facts = (
        ("Letter", one.title),
        ("Client", one.client),
        ("Released by the firm", one.released),
        ("SHA-256 of the released text", one.letter_hash),
        ("SHA-256 of the signed file (the letter’s pages)", one.paper_hash),
    )
    work = "; ".join(f"{escape(ref)} {escape(title)}" for ref, title in one.work)
    return [
        f'<div class="foot">{escape(one.firm)} · certificate of signature</div>',
        f'<article class="certificate"><h1>Certificate of signature</h1>{_table(facts)}',
        f"<p><b>{escape(NOT_KBA)}</b></p>",
        "<p>Each electronic signer agreed to sign electronically, could have asked for paper instead, was shown the text with the hash "
        "above, and signed by an own link that opens for one letter, one signer and one time only (15 U.S.C. §7001).</p>",
        *(_signature(signed) for signed in one.signed),
        f"<h2>Engagements under this letter</h2><p>{work}</p>" if work else "",
        "</article>",
    ]


def _signature(one: Signed) -> str:
    when = f"{one.at:%Y-%m-%d %H:%M:%S %Z}"
    facts = [("Asked to sign", f"{one.asked}{f' <{one.email}>' if one.email else ''}"), ("Signed as", one.name)]
    facts += [("How", {"typed": "name typed", "drawn": "drawn", "paper": "on paper"}[one.method])]
    facts += [("When", when), ("Address", one.address), ("Browser", one.agent)]
    return f"<h2>{escape(one.name)}</h2>{drawing(one.strokes)}{_table(facts)}"


def _table(facts: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in facts)
    return f'<table class="lines">{rows}</table>'


def drawing(strokes: Sequence[Sequence[int]]) -> str:
    """A drawn signature as SVG; "" for none. Numbers only reach it."""
    lines = "".join(
        '<polyline points="{}" fill="none" stroke="#111" stroke-width="3" stroke-linecap="round"/>'.format(
            " ".join(f"{int(x)},{int(y)}" for x, y in zip(one[::2], one[1::2], strict=True))
        )
        for one in strokes
    )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="180" height="60">{lines}</svg>' if lines else ""
