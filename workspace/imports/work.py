"""Engagements and tasks: which template a kind of work is, which period a title names, what a stage is called here."""

import re
from calendar import month_abbr, month_name
from datetime import date
from typing import Any

from store.entries import Entry
from store.ids import stable_id
from store.tables import Client, Engagement, Task
from workspace.imports.desk import ClientHere, Desk, name_key, next_ref
from workspace.records.upsert import put
from workspace.scope import Right
from workspace.workflow.periods import period_in

_TEMPLATES = (
    (r"1120.?s|s.?corp", "1120-S"),
    (r"1065|partnership", "1065"),
    (r"1041|fiduciary|trust|estate return", "1041"),
    (r"\b990", "990"),
    (r"1120|c.?corp|corporate (?:tax )?return", "1120"),
    (r"1040|individual|personal tax", "1040"),
    (r"sales (?:and use )?tax", "sales-tax"),
    (r"payroll|\b941\b|\b940\b|w-?2s?\b", "payroll"),
    (r"month(?:ly)?.?(?:end|close)|close\b", "monthly-close"),
    (r"book.?keeping|write.?up|reconcil|accounting service|\bcas\b", "bookkeeping"),
    (r"compilation", "compilation"),
    (r"\breview(?:ed)?\b (?:of |financial|engagement|statement)", "review"),
    (r"\baudit\b", "audit"),
    (r"onboard", "onboarding"),
)
_STAGES = (
    (r"\b(?:filed|e-?filed|accepted|submitted)\b", "filed"),
    (r"complete|\bdone\b|closed|finished|archiv|\bpaid\b|invoiced|delivered", "done"),
    (r"ready to (?:file|e-?file)|to file|signed|e-?file", "ready-to-file"),
    (r"review|approval|approve|qc\b|sign", "in-review"),
    (r"wait|client|info|pending|hold|missing|request|blocked", "waiting-on-client"),
    (r"progress|prep|working|started|active|open|processing|draft|entry", "in-progress"),
    (r"not started|planned|to.?do|upcoming|ready to start|new|scheduled|queue|backlog", "not-started"),
)
_YEAR = re.compile(r"\b(20\d\d|19[89]\d)\b")
MONTHS = {name.lower(): number for names in (month_abbr, month_name) for number, name in enumerate(names) if name}
_DONE = re.compile(r"complete|done|closed|finish", re.IGNORECASE)
_CANCELLED = re.compile(r"cancel|void|skipped|dismissed", re.IGNORECASE)


def template_in(text: str) -> str:
    """The workflow template that words mean; `advisory` for what is none of the others."""
    return next((slug for pattern, slug in _TEMPLATES if re.search(pattern, text, re.IGNORECASE)), "advisory")


def stage_in(text: str) -> str | None:
    """The stage that words mean; "not started" is one although "started" is another."""
    if re.search(r"not.?started|ready to start", text, re.IGNORECASE):
        return "not-started"
    return next((slug for pattern, slug in _STAGES if re.search(pattern, text, re.IGNORECASE)), None)


def period_named(title: str, fiscal_year_end: str) -> tuple[date, date] | None:
    """The period that a title names (2025, Q3 2025, October 2025, 2025-10), a year as the client's fiscal year; None without one."""
    words = title.lower()
    found = _YEAR.search(words)
    if found is None:
        return None
    year, rest = found[1], words[: found.start()] + " " + words[found.end() :]
    if quarter := re.search(r"\bq([1-4])\b|\b([1-4])(?:st|nd|rd|th) quarter\b", rest):
        return period_in(f"{year}-Q{quarter[1] or quarter[2]}", fiscal_year_end)
    month = next((MONTHS[word] for word in re.findall(r"[a-z]+", rest) if word in MONTHS), 0)
    return period_in(f"{year}-{month:02d}" if month else year, fiscal_year_end)


def bring_engagements(desk: Desk, entries: list[Entry]) -> None:
    """Put the work of these entries; by id there, else by client and title."""
    desk.scope.require(Right.IMPORT_RUN)
    rows: dict[str, Engagement] = {}
    titled = {(client, name_key(title)): ref for ref, (_, client, title) in desk.engagements.items()}
    for entry in entries:
        title = str(entry.values["title"])[:300]
        client = desk.client(entry.values["client"], entry.values.get("client_id"))
        if client is None:
            desk.refuse(entry, title, no_client(entry))
            continue
        key = f"{client.ref}/{title}/{entry.values.get('due') or entry.values.get('start') or ''}"
        kept = desk.known("engagement", entry.external, key)
        ref = kept.ref if kept else titled.get((client.id, name_key(title)))
        merged = "the same title at this client" if kept is None and ref is not None else ""
        made = ref is None or (kept is not None and kept.made)
        if ref is None:
            ref = _new_ref(desk, entry)
        identity = desk.engagements[ref][0] if ref in desk.engagements else stable_id("eng", ref)
        if identity in rows and kept is None:
            desk.refuse(entry, title, f"the same work stands in line {_line_of(desk, identity)} already", "joined")
            continue
        row = rows.setdefault(identity, Engagement(id=identity))
        notes = _tell(desk, row, entry, client, title)
        if not made:
            _keep_ours(desk, row, identity)
        elif ref not in desk.engagements:
            row.ref, row.client_id = ref, client.id
            row.stage = getattr(row, "stage", None) or "not-started"
        desk.engagements[ref] = (identity, client.id, title)
        desk.remember("engagement", ref, made, entry.external, key)
        desk.remember(
            "work",
            ref,
            made,
            f"{client.ref}/{title}",
            *([str(entry.values["number"])] if entry.values.get("number") else []),
        )
        desk.place(entry, Engagement, identity, f"{title}, {client.name}", merged, *notes)
    put(desk.scope, Engagement, list(rows.values()))


def no_client(entry: Entry) -> str:
    """What to do about work whose client is not there."""
    said = str(entry.values.get("client") or "")[:80]
    return f"there is no client {said!r}: import the clients first, or say which is meant"


def _line_of(desk: Desk, identity: str) -> int:
    return next((one.entry.line for one in desk.placed if one.target[1] == identity), 0)


def _new_ref(desk: Desk, entry: Entry) -> str:
    number = str(entry.values.get("number", "")).strip()
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", number) and number not in desk.engagements:
        return number
    return next_ref(desk.engagements, "E001")


def _tell(desk: Desk, row: Engagement, entry: Entry, client: ClientHere, title: str) -> list[str]:
    values, notes = entry.values, list[str]()
    words = " ".join(str(values.get(name, "")) for name in ("service", "item", "title"))
    row.title = title
    row.template = str(values.get("template") or template_in(words))
    there = desk.scope.session.get(Client, client.id)
    if row.template != "matter" and (period := period_named(title, there.fiscal_year_end if there else "12-31")):
        row.period_start, row.period_end = period
    if due := values.get("deadline") or values.get("due"):
        row.due = due
    if values.get("start"):
        row.started_on = values["start"] if values["start"] <= desk.scope.today else None
    said = str(values.get("stage") or values.get("status") or "")
    stage = stage_in(said) if said else None
    if said and stage is None:
        notes.append(f"stage {said[:60]!r} is none of ours: left at not started")
    if values.get("done"):
        row.finished_on, stage = values["done"], stage if stage == "filed" else "done"
    if stage:
        row.stage = stage
    if values.get("budget") is not None:
        row.budget_hours = values["budget"]
    if values.get("fee") is not None:
        row.fee, row.fee_type = values["fee"], "fixed"
    if text := values.get("assignee"):
        if person := desk.person(text):
            row.owner_id = person
        else:
            notes.append(f"{str(text)[:60]!r} is nobody of this firm: the owner is left empty")
    kept = {name: str(values[name]) for name in ("repeats", "service", "notes", "priority", "due") if values.get(name)}
    row.custom = {**dict(entry.custom), **{f"{desk.system} {name}": value for name, value in kept.items()}}
    return notes


def _keep_ours(desk: Desk, row: Engagement, identity: str) -> None:
    """Of work that was here before, what it says is not touched."""
    there = desk.scope.session.get(Engagement, identity)
    for name in [one for one in vars(row) if not one.startswith("_") and one != "id"]:
        if there is not None and (name in ("title", "template", "stage") or getattr(there, name) not in (None, "", {})):
            delattr(row, name)


def engagement_of(desk: Desk, client: ClientHere | None, work: Any) -> str | None:
    """The ref of the work that a row names: by its number, its title at this client, or alone where only one is called so."""
    text = str(work or "").strip()
    if not text:
        return None
    if text in desk.engagements and (client is None or desk.engagements[text][1] == client.id):
        return text
    if client is not None and (kept := desk.known("work", f"{client.ref}/{text}")):
        return kept.ref
    if kept := desk.known("work", text):
        return kept.ref
    wanted = name_key(text)
    found = [
        ref
        for ref, (_, owner, title) in desk.engagements.items()
        if name_key(title) == wanted and (client is None or owner == client.id)
    ]
    return found[0] if len(found) == 1 else None


def bring_tasks(desk: Desk, entries: list[Entry]) -> None:
    """Put tasks at their work, or at the client where they name none."""
    desk.scope.require(Right.IMPORT_RUN)
    rows: dict[str, Task] = {}
    for entry in entries:
        title = str(entry.values["title"])[:300]
        client = desk.client(entry.values["client"], entry.values.get("client_id"))
        if client is None:
            desk.refuse(entry, title, no_client(entry))
            continue
        ref = engagement_of(desk, client, entry.values.get("work"))
        notes = []
        if entry.values.get("work") and ref is None:
            notes.append(
                f"{client.name} has no work called {str(entry.values['work'])[:80]!r}: it stands at the client"
            )
        key = (desk.system, client.ref, ref or "", title, entry.values.get("due") or "")
        identity = stable_id("task", *key)
        nth = sum(identity == one.target[1] or one.target[1].startswith(f"{identity}~") for one in desk.placed)
        identity = identity if not nth else stable_id("task", *key, nth)
        row = rows.setdefault(identity, Task(id=identity, client_id=client.id, title=title))
        row.engagement_id = desk.engagements[ref][0] if ref else None
        status = str(entry.values.get("status", ""))
        done = bool(entry.values.get("done")) or bool(_DONE.search(status))
        row.status = "cancelled" if _CANCELLED.search(status) else "done" if done else "open"
        row.done_on = entry.values.get("done") if done else None
        row.due = entry.values.get("due")
        if text := entry.values.get("assignee"):
            row.owner_id = desk.person(text)
            if row.owner_id is None:
                notes.append(f"{str(text)[:60]!r} is nobody of this firm: the owner is left empty")
        kept = {name: str(entry.values[name]) for name in ("notes", "priority") if entry.values.get(name)}
        row.custom = {**dict(entry.custom), **kept}
        desk.place(entry, Task, identity, f"{title}, {client.name}", "", *notes)
    put(desk.scope, Task, list(rows.values()))
