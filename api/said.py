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
    "destroyed": "Destroyed. The trail says how much there was.",
    "erased": "Erased. The trail still verifies.",
    "hold-ended": "The hold has ended.",
    "hold-set": "The hold stands. Nothing of this client is destroyed.",
    "term-set": "Kept. The schedule goes by your term.",
    "client-made": "Made. The record is what the firm knows of it so far.",
    "client-moved": "Moved. Who did it and why stands in its history.",
    "clients-changed": "Changed, all of them.",
    "clients-merged": "Merged. The other record is empty now and stays for what left the firm under it.",
    "contact-kept": "Kept.",
    "contact-linked": "Linked.",
    "contact-off": "Taken off this client.",
    "contacts-merged": "Merged. All clients and relations of both stand here.",
    "field-gone": "Taken away. What was entered stays in the records.",
    "field-made": "Defined. It stands on every record of its kind.",
    "filter-gone": "Taken away.",
    "filter-kept": "Kept. It stands over the list.",
    "group-changed": "Kept, the group is as you see it.",
    "group-gone": "Taken away.",
    "group-made": "Made.",
    "record-kept": "Kept. The history says what stood here before.",
    "related": "Noted, to be seen from both sides.",
    "share-set": "Set. The shares before it stay in the history.",
    "tax-id-kept": "Kept. It cannot be undone: a taxpayer id is kept in one place only.",
    "unrelated": "Taken away.",
    "acknowledge": "Acknowledged: the date has been seen.",
    "portal-mailed": "Let in. The link goes out with the next mail.",
    "portal-revoked": "Taken back. Nothing of this client opens for them any more.",
    "portal-taken": "Taken in. It stands among the client’s documents.",
    "bill-changed": "Kept. The draft is as you see it.",
    "bill-discarded": "Set aside. Its time stays open.",
    "bill-drafted": "Drafted. Nobody owes it until a partner issues it.",
    "bill-issued": "Issued, with the next number. Nothing was sent: download the PDF.",
    "approved": "Approved. It leaves the firm when a partner releases it.",
    "automation-kept": "Kept. It does nothing until it is switched on.",
    "automation-off": "Switched off. What it did stays in the log.",
    "automation-on": "Switched on, for what happens from now on.",
    "automation-remove": "Taken away. Its log stays.",
    "automation-undone": "Taken back. It is not done again for the same occasion.",
    "call-logged": "Logged. It stands on the timeline.",
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
    "engagement-changed": "Kept.",
    "off-gone": "Taken back. The days count as working days again.",
    "off-kept": "Entered. The days are taken off the hours that are there.",
    "pair-apart": "Noted. The two are not proposed as one again.",
    "worker-drain": "Told. It takes no more clients and ends when those in hand are done; for some seconds it can be undone.",
    "worker-stay": "Undone. It goes on.",
    "work-moved": "Moved. The weeks are as you see them now.",
    "engagement-moved": "Moved.",
    "engagement-needs": "Kept. It cannot be finished before the other one.",
    "engagement-needs-gone": "Taken away. It waits for it no more.",
    "engagement-started": "Started. Its steps are below, with their owners and dates.",
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
    "letter-closed": "Taken back. Its links open nothing from now on.",
    "liked": "Accepted. The next drafts follow it and say so.",
    "liked-off": "Off. No draft follows it from now on.",
    "mail-assigned": "Assigned. It waits in the inbox of whoever has it now.",
    "mail-done": "Done. It is found under done.",
    "mail-open": "Open again, for whoever takes it.",
    "mail-placed": "Put there. Each of these timelines shows it.",
    "mail-snoozed": "Put off. It comes back on its day.",
    "mail-task": "A task was made of it, with the words behind it. The mail is done.",
    "mentions-read": "Noted: you have seen them.",
    "note-changed": "Changed. What it said before is kept with it.",
    "note-written": "Written. It stands on the timeline.",
    "onboarding-done": "Done. The client is active.",
    "onboarding-started": "Begun. The steps are below; each may wait, or be left out with a reason.",
    "onboarding-step": "Kept.",
    "paid": "Recorded.",
    "paper-kept": "Recorded.",
    "person-added": "Added. There is no password yet: invite her, or set one.",
    "person-back": "Works here again, with the role of before. Sign-in starts anew.",
    "person-gone": "Let go. Every session and token ended. What is in hand stands below until somebody has it.",
    "person-kept": "Kept.",
    "person-role": "Changed, from the next request on. The trail has what it was before.",
    "pin": "Kept on top.",
    "post-again": "It is tried again with the next round.",
    "post-aside": "Set aside. It does not go by mail.",
    "post-sent": "Noted: it went.",
    "price-kept": "Kept. Proposals made before keep their price.",
    "proposal-kept": "Kept.",
    "proposal-withdrawn": "Withdrawn.",
    "rate-set": "Set. It counts for time entered from its day on.",
    "received": "Taken in.",
    "rejected": "Rejected. It is not drafted again for the same occasion.",
    "record-accepted": "Accepted. The record takes what the document says, and keeps where it came from.",
    "refunded": "Recorded. The credit is gone from the account.",
    "released": "Released. This exact version lies in the outbox.",
    "renewals-drafted": "Drafted for review. Each is released by a partner, or taken back below.",
    "renewals-none": "Nothing new to draft: those clients have their next letter.",
    "renewals-undone": "Taken back. What was released stays.",
    "reopen": "Open again.",
    "resolved": "Resolved.",
    "role-gone": "Taken away.",
    "role-kept": "Kept. It counts from the next request of everybody who has it.",
    "role-made": "Made, with the rights of its base. Tick what it may do.",
    "glass-broken": "Open for some hours. Its partner and the administrators see that you opened it, and why. Reading is on the trail.",
    "glass-closed": "Closed.",
    "team-joined": "In the team. The client is seen from the next request on.",
    "team-left": "Taken out. Work that is owned there still shows the client.",
    "wall-lifted": "Lifted. What stood, and why it ended, is kept below.",
    "wall-set": "It stands, from the next request on. Nothing there was in hand.",
    "restored": "Restored. It is open again at what it was worth.",
    "request-added": "Added. What is on file for it already waits to be confirmed.",
    "request-answer": "Kept. The item came.",
    "request-change": "Kept.",
    "request-confirmed": "Confirmed.",
    "request-closed": "Closed. Nothing of it is asked for any more; what came stays.",
    "request-move": "Moved to the other list.",
    "request-opened": "Open again. What has not come is asked for as before.",
    "request-made": "Made. Nothing was sent: draft the first request, or print the list.",
    "request-nothing": "Nothing is missing that could be reminded of today, or a reminder waits for its release already.",
    "request-paced": "Kept.",
    "request-receive": "Noted: it came.",
    "request-refused": "Noted. This document is not proposed for that item again.",
    "request-remove": "Taken off the list.",
    "request-reopen": "Open again.",
    "reversed": "Reversed. The invoice is owed again.",
    "revoked": "Revoked. Nobody can read that address any more.",
    "revised": "Sent back and revised: this is the next version. Its note says what was done.",
    "running": "A scan is running already. This page follows it.",
    "rolled": "Made. Each has its steps, owner, budget and requests.",
    "rolled-none": "Nothing new was made: what you chose is there already.",
    "same": "Nothing was changed, so there is no new version.",
    "setup-kept": "Kept.",
    "series-changed": "Kept. What has started stays as it was.",
    "series-ended": "Ended. What had not begun was taken away.",
    "series-made": "Made.",
    "series-none": "Nothing is due: every series has its next engagement.",
    "series-paused": "Paused. It makes no more until it goes on.",
    "series-resumed": "It goes on, with the period that runs.",
    "series-set": "Set. The engagements it has come to are made.",
    "snooze": "Snoozed.",
    "started": "The scan has begun. This page follows it.",
    "task-accept": "Taken.",
    "task-add": "Added.",
    "task-arrived": "Noted. The move is yours again.",
    "task-cancel": "Taken off the list.",
    "task-change": "Kept.",
    "task-defer": "Put off. Its due date stays.",
    "task-done": "Done.",
    "task-gone": "Handed over. Nothing else of that client is yours, so you no longer see it.",
    "task-hand": "Handed over. It stands among what you asked until it is done.",
    "task-open": "Open again.",
    "task-return": "Given back, with your reason.",
    "task-tick": "Ticked.",
    "task-untick": "Tick taken away.",
    "task-wait": "Noted. Its age counts from today.",
    "template-changed": "Kept as the next version. Engagements that were made keep their steps.",
    "template-same": "Nothing was changed, so there is no new version.",
    "time-approved": "Approved.",
    "time-deleted": "Deleted. The trail keeps what it said.",
    "time-kept": "Kept.",
    "tray": "In the tray.",
    "undone": "Undone. Everything is as it was before.",
    "import-decided": "Kept, for this export and those that come. What follows is tried anew.",
    "import-dropped": "Set aside. Its files are removed.",
    "import-mapped": "Kept: a table with these columns is read so from now on, in whatever order they come.",
    "import-nothing": "Nothing was new: every row is on record as it stands.",
    "import-undone": "Taken back. Everything is as it was before the import.",
    "imported": "Imported. Documents among it are read behind this page.",
    "unlinked": "Taken apart. Both are documents of their own, and stay so.",
    "taken-back": "Taken back. What was read stands again.",
    "conflict-decided": "Kept, with your reason and your name. It cannot be changed; a later decision stands beside it.",
    "conflicts-searched": "Searched: everybody the firm knows, behind walls too. The search is kept.",
    "court-confirmed": "Confirmed: two people have looked at this date.",
    "court-corrected": "Counted again. What moved is to be confirmed anew.",
    "court-entered": "Entered. Somebody else confirms it.",
    "evergreen-set": "Kept. The night tells when the ledger goes under it.",
    "fee-agreed": "Kept. What the rules still ask for stands beside it.",
    "matter-closed": "Closed. It can be opened again.",
    "matter-opened": "Opened, with its steps as tasks.",
    "matter-reopened": "Open again.",
    "party-kept": "Kept. A new name is a new conflict: search for it.",
    "party-off": "Taken off the matter.",
    "trust-cleared": "Noted as booked by the bank.",
    "trust-moved": "Written down, on the ledger and in the journal.",
    "trust-opened": "The ledger is there. Write down what came in.",
    "trust-paid": "Paid: the ledger went down and the invoice is paid, in one step.",
    "trust-prepared": "Kept. Nothing is signed.",
    "trust-reversed": "Reversed by a movement of its own; both stand.",
    "trust-signed": "Signed and locked. Nothing is added to the month any more.",
    "unlocked": "Opened with the password, which is kept, sealed, for this client’s other locked files.",
    "unwatched": "You watch it no longer.",
    "session-ended": "Signed out there.",
    "proved": "Good. Now do it once more.",
    "password-changed": "Changed. Your other browsers are signed out, and your tokens ended.",
    "password-set": "Kept. Sign in with it.",
    "passkey-added": "Added. It signs you in from now on.",
    "passkey-gone": "Revoked. It opens nothing any more.",
    "factor-off": "Taken away, with its recovery codes.",
    "policy-set": "Set. It counts from everybody’s next page on.",
    "link-gone": "Taken back. It opens nothing any more.",
    "account-made": "Made. Give it a token.",
    "account-ended": "Ended. Its tokens open nothing any more.",
    "out-everywhere": "Signed out everywhere.",
    "ticked": "Kept with this version.",
    "token-revoked": "Revoked. It opens nothing any more.",
    "voided": "Taken back. Its time and expenses are open again.",
    "watched": "You watch it. What comes in from now on is marked as new, until you look.",
    "source-allowed": "Allowed. It is read with the next round, in seconds.",
    "source-added": "Added. It is read with the next round, in seconds.",
    "source-change": "Kept.",
    "source-pause": "Paused. Nothing is lost: it goes on where it stopped.",
    "source-remove": "Taken away, with its secret. What it brought stays.",
    "source-resume": "It is read again, from where it stopped.",
    "source-sync": "It is read with the next round, in seconds; load the page again to see how it went.",
    "webhook-again": "It is sent again with the next round.",
    "webhook-off": "Off. What happens meanwhile is kept and told when it is on again.",
    "webhook-on": "On. What waits is told with the next round.",
    "webhook-remove": "Taken away, with its log.",
    "webhook-test": "A test is on its way; look at the log in a few seconds.",
    "written-off": "Written off. It can be restored.",
    "written-to": "Written to that value; the reason stands below.",
    "zone-set": "Set. Times are shown in that zone; the practice’s day stays the firm’s.",
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


def came_from(request: Request) -> str:
    """The page on which whoever sent this sat: what was asked for itself, where it was a page; else the one that the form stood on."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    parts = urlsplit(request.headers.get("referer", ""))
    ours = parts.netloc.lower() == request.headers.get("host", "").lower()
    return local(parts.path + (f"?{parts.query}" if parts.query else "")) if ours and parts.path else "/"


def local(path: str) -> str:
    """Only a path of this site: `//elsewhere`, `/\\elsewhere` and `https://elsewhere` lead home."""
    parts = urlsplit(path.replace("\\", "/"))
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if ours and all(c.isprintable() for c in path) else "/"
