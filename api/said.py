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
    "bill-changed": "Kept. The draft is as you see it.",
    "bill-discarded": "Set aside. Its time stays open.",
    "bill-drafted": "Drafted. Nobody owes it until a partner issues it.",
    "bill-issued": "Issued, with the next number. Nothing was sent: download the PDF.",
    "approved": "Approved. It leaves the firm when a partner releases it.",
    "cancelled": "Cancelled. The clients that are done stay scanned; a new scan reads the others.",
    "chat-note": "Kept as a note, with its citations.",
    "chat-shared": "Shared. Colleagues who may see the client read it, and go on in a copy of their own.",
    "chat-task": "Kept as a task of yours, with the answer behind it.",
    "chat-unshared": "No longer shared. Copies that colleagues made are theirs.",
    "clock-discarded": "Discarded. No time was made of it.",
    "clock-started": "The clock runs.",
    "clock-stopped": "Stopped. It is an entry of the day on which it was started.",
    "credit-used": "Used. Both accounts show it.",
    "credited": "Credited. The credit note has a number of its own.",
    "client-asked": "Drafted for review, and not sent. The question stands in the open request; see what else the mail says.",
    "commented": "Noted beside the passage. Whoever sees the client reads it.",
    "corrected": "Corrected. Whatever uses this fact sees it so from now on.",
    "delegate": "Handed over.",
    "denied": "Kept: the document says no such thing.",
    "dismiss": "Dismissed. It comes back when its evidence changes.",
    "drafted": "Drafted. Every figure below was traced to its source or is marked.",
    "drills-off": "No drills from now on.",
    "drills-on": "Drills are on. Now and then a draft is first put before you with one wrong figure, and you are told afterwards.",
    "dropped": "Set aside. The bytes are kept, and the reason.",
    "edited": "Saved as a new version. Every figure in it was traced again.",
    "expense-deleted": "Taken away. The trail keeps what it said.",
    "expense-kept": "Kept. It is billed at cost with the next invoice.",
    "fee-ended": "Ended. It is drafted no more.",
    "fee-set": "Set. Its draft is made when its day has come.",
    "fees-drafted": "Drafted. A partner issues each.",
    "fees-none": "No recurring fee is due.",
    "filed": "Filed. It is a document of the client now.",
    "kind": "Kept. The facts of this kind of document were read anew.",
    "known": "Kept. Drafts inside the firm and the answers to questions use it from now on.",
    "known-ended": "Ended. Nothing uses it from today on.",
    "learning-off": "Learning is off. From the next scan on the standard weights count.",
    "learning-on": "Learning is on. The firm's own weights count from the next scan on.",
    "liked": "Accepted. The next drafts follow it and say so.",
    "liked-off": "Off. No draft follows it from now on.",
    "paid": "Recorded.",
    "pin": "Kept on top.",
    "post-again": "It is tried again with the next round.",
    "post-aside": "Set aside. It does not go by mail.",
    "post-sent": "Noted: it went.",
    "rate-set": "Set. It counts for time entered from its day on.",
    "received": "Taken in.",
    "rejected": "Rejected. It is not drafted again for the same occasion.",
    "record-accepted": "Accepted. The record takes what the document says, and keeps where it came from.",
    "refunded": "Recorded. The credit is gone from the account.",
    "released": "Released. This exact version lies in the outbox.",
    "reopen": "Open again.",
    "resolved": "Resolved.",
    "restored": "Restored. It is open again at what it was worth.",
    "reversed": "Reversed. The invoice is owed again.",
    "revoked": "Revoked. Nobody can read that address any more.",
    "revised": "Sent back and revised: this is the next version. Its note says what was done.",
    "running": "A scan is running already. This page follows it.",
    "same": "Nothing was changed, so there is no new version.",
    "snooze": "Snoozed.",
    "started": "The scan has begun. This page follows it.",
    "time-approved": "Approved.",
    "time-deleted": "Deleted. The trail keeps what it said.",
    "time-kept": "Kept.",
    "tray": "In the tray.",
    "undone": "Undone. Everything is as it was before.",
    "unlinked": "Taken apart. Both are documents of their own, and stay so.",
    "taken-back": "Taken back. What was read stands again.",
    "unlocked": "Opened with the password, which is kept, sealed, for this client’s other locked files.",
    "voided": "Taken back. Its time and expenses are open again.",
    "written-off": "Written off. It can be restored.",
    "written-to": "Written to that value; the reason stands below.",
}
_UNDONE = ("acknowledge", "delegate", "dismiss", "pin", "snooze")
_COUNTS = ("accepted", "duplicate", "unchanged", "refused", "waiting", "known", "filed", "dropped")
_TOLD = {"waiting": "new", "known": "there already", "filed": "filed before", "dropped": "set aside before"}
_KEY = re.compile(r"sig_[0-9a-f]{8,40}")
_ACT = re.compile(r"act_[0-9a-f]{16}")


@dataclass(frozen=True)
class Said:
    """A sentence about the act before. `undo` are the keys of signals whose decision can be taken back, `act` is an act
    that workspace/undo.py takes back, "" for none; `back` the page to return to."""

    text: str
    undo: tuple[str, ...]
    back: str
    act: str = ""


def said_in(request: Request) -> Said | None:
    """What the address asks the page to say; None for anything that is not on the list."""
    code = request.query_params.get("said", "")
    if code not in _SENTENCES:
        return None
    keys = tuple(key for key in request.query_params.getlist("key") if _KEY.fullmatch(key))
    counted = [f"{number} {_TOLD.get(name, name)}" for name in _COUNTS if (number := _count(request, name))]
    text = f"{_SENTENCES[code]} {', '.join(counted)}." if counted else _SENTENCES[code]
    act = request.query_params.get("act", "")
    return Said(text, keys if code in _UNDONE else (), request.url.path, act if _ACT.fullmatch(act) else "")


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
