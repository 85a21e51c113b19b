"""What a page says about the act before it: a closed list of sentences, so that no link can put words into Tickmark's mouth.

An act answers with a redirect that names its sentence (`?said=dismissed&key=…`); the page it leads to says it, and offers to undo what
can be undone instead of asking beforehand.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse

_SENTENCES = {
    "acknowledge": "Acknowledged: the date has been seen.",
    "approved": "Approved. It leaves the firm when a partner releases it.",
    "cancelled": "Cancelled. The clients that are done stay scanned; a new scan reads the others.",
    "client-asked": "Drafted for review, and not sent. The question stands in the open request; see what else the mail says.",
    "corrected": "Corrected. Whatever uses this fact sees it so from now on.",
    "delegate": "Handed over.",
    "denied": "Kept: the document says no such thing.",
    "dismiss": "Dismissed. It comes back when its evidence changes.",
    "drafted": "Drafted. Every figure below was traced to its source or is marked.",
    "dropped": "Set aside. The bytes are kept, and the reason.",
    "edited": "Saved as a new version. Every figure in it was traced again.",
    "filed": "Filed. It is a document of the client now.",
    "kind": "Kept. The facts of this kind of document were read anew.",
    "known": "Kept. Drafts inside the firm and the answers to questions use it from now on.",
    "known-ended": "Ended. Nothing uses it from today on.",
    "learning-off": "Learning is off. From the next scan on the standard weights count.",
    "learning-on": "Learning is on. The firm's own weights count from the next scan on.",
    "pin": "Kept on top.",
    "received": "Taken in.",
    "rejected": "Rejected. It is not drafted again for the same occasion.",
    "record-accepted": "Accepted. The record takes what the document says, and keeps where it came from.",
    "released": "Released. This exact version lies in the outbox.",
    "reopen": "Open again.",
    "revoked": "Revoked. Nobody can read that address any more.",
    "revised": "Sent back and revised: this is the next version. Its note says what was done.",
    "running": "A scan is running already. This page follows it.",
    "same": "Nothing was changed, so there is no new version.",
    "snooze": "Snoozed.",
    "started": "The scan has begun. This page follows it.",
    "tray": "In the tray.",
    "unlinked": "Taken apart. Both are documents of their own, and stay so.",
    "taken-back": "Taken back. What was read stands again.",
    "unlocked": "Opened with the password, which is kept, sealed, for this client’s other locked files.",
}
_UNDONE = ("acknowledge", "delegate", "dismiss", "pin", "snooze")
_COUNTS = ("accepted", "duplicate", "unchanged", "refused", "waiting", "known", "filed", "dropped")
_TOLD = {"waiting": "new", "known": "there already", "filed": "filed before", "dropped": "set aside before"}
_KEY = re.compile(r"sig_[0-9a-f]{8,40}")


@dataclass(frozen=True)
class Said:
    """A sentence about the act before. `undo` are the keys of signals whose decision can be taken back, `back` the page to return to."""

    text: str
    undo: tuple[str, ...]
    back: str


def said_in(request: Request) -> Said | None:
    """What the address asks the page to say; None for anything that is not on the list."""
    code = request.query_params.get("said", "")
    if code not in _SENTENCES:
        return None
    keys = tuple(key for key in request.query_params.getlist("key") if _KEY.fullmatch(key))
    counted = [f"{number} {_TOLD.get(name, name)}" for name in _COUNTS if (number := _count(request, name))]
    text = f"{_SENTENCES[code]} {', '.join(counted)}." if counted else _SENTENCES[code]
    return Said(text, keys if code in _UNDONE else (), request.url.path)


def _count(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 7 else 0


def sentence(error: Exception) -> str:
    """A refusal as a page says it: one sentence, with a capital and a full stop."""
    said = str(error)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?", "!")) else ".")


def redirect(path: str, said: str | None = None, **more: object) -> RedirectResponse:
    """Back to a page of this site (303), with a sentence of the list."""
    plain, _, anchor = local(path).partition("#")
    query = urlencode({"said": said, **more}, doseq=True) if said else ""
    address = plain + (("&" if "?" in plain else "?") + query if query else "") + (f"#{anchor}" if anchor else "")
    return RedirectResponse(address, status_code=303)


def local(path: str) -> str:
    """Only a path of this site: `//elsewhere`, `/\\elsewhere` and `https://elsewhere` lead home."""
    parts = urlsplit(path.replace("\\", "/"))
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if ours and all(c.isprintable() for c in path) else "/"
