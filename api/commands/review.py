"""`tickmark review` and `tickmark release`: a person's decision about a deliverable's current version, or comment on it.

A refusal rolls its own transaction back, so it is put on the trail in a new one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from agents import draft as drafting
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, scope_of, writing
from api.wiring import Services
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.comments import as_note, comment, resolve
from workspace.deliverables.reading import show
from workspace.deliverables.release import release as release_version
from workspace.deliverables.review import approve, ask_changes, record_refusal, reject
from workspace.scope import Scope

_SAID = {"approve": "approved", "changes": "sent back", "reject": "rejected"}


def review(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `decision` (approve, changes, reject), `as`: who decides, `note`, `override`: why an untied figure may stand;
    `with_comments`: the open comments are part of the note.

    After "changes" the next version is drafted at once. Raises Forbidden without the right, and puts that on the trail."""
    identity, decision = arguments["id"], arguments["decision"]
    if decision not in _SAID:
        raise Invalid(f"there is no decision {decision!r}; there are {', '.join(_SAID)}")
    with _deciding(services, arguments, decision) as scope:
        _decide(scope, arguments)
    text = _SAID[decision].capitalize()
    if decision == "changes":
        number = drafting.revise(services, lambda s: scope_of(services, s, "review", arguments["as"]), identity)
        text = f"{text}; version {number} is back in review"
    return _told(services, arguments, text)


def release(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `as`: who releases. Raises Forbidden without the right, and puts that on the trail; Conflict when it is not approved."""
    with _deciding(services, arguments, "release") as scope:
        release_version(scope, arguments["id"])
    return _told(services, arguments, "Released")


def release_several(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`ids`, `as`: each in a transaction of its own, through the same gate; failed when any was refused."""
    rows: list[dict[str, Any]] = []
    for identity in dict.fromkeys(arguments["ids"]):
        try:
            done = release(services, {"id": identity, "as": arguments["as"]}, progress)
        except (Conflict, Forbidden, Invalid, NotFound) as refused:
            rows.append({"id": identity, "released": False, "reason": str(refused), "said": f"{identity}: {refused}"})
        else:
            rows.append({"id": done.data["id"], "released": True, "reason": "", "said": done.text})
    text = "\n".join(str(row.pop("said")) for row in rows)
    return Result(rows, text, failed=not all(row["released"] for row in rows))


def comment_on(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `quote`: the words it is about, `note`, `as`."""
    with writing(services, "review", arguments["as"]) as scope:
        number = comment(scope, arguments["id"], arguments["quote"], arguments["note"])
    return _told(services, arguments, f"Comment {number} kept")


def resolve_comment(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `comment`: its number, `as`."""
    with writing(services, "review", arguments["as"]) as scope:
        resolve(scope, arguments["id"], arguments["comment"])
    return _told(services, arguments, f"Comment {arguments['comment']} resolved")


def _decide(scope: Scope, arguments: Arguments) -> None:
    identity, note = arguments["id"], arguments.get("note") or ""
    match arguments["decision"]:
        case "approve":
            approve(scope, identity, override=arguments.get("override"), note=note)
        case "changes":
            carried = arguments.get("with_comments")
            ask_changes(scope, identity, as_note(show(scope, identity)["comments"], note) if carried else note)
        case _:
            reject(scope, identity, note)


@contextmanager
def _deciding(services: Services, arguments: Arguments, action: str) -> Iterator[Scope]:
    """One transaction of the person who decides; a refusal of hers is recorded."""
    try:
        with writing(services, action, arguments["as"]) as scope:
            yield scope
    except Forbidden as refused:
        with writing(services, action, arguments["as"]) as scope:
            record_refusal(scope, arguments["id"], action, refused)
        raise


def _told(services: Services, arguments: Arguments, text: str) -> Result:
    with reading(services, "review", arguments["as"]) as scope:
        shown = show(scope, arguments["id"])
    note = f"\n{shown['note']}" if arguments.get("decision") == "changes" and shown["note"] else ""
    return Result(shown, f"{text}: {shown['title']} (version {shown['version']}, {shown['hash'][:12]}).{note}")
