"""`tickmark automations`: the firm's automations, a dry run, and the log."""

from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from workspace.automations import keep, log
from workspace.automations.dry_run import Would, dry_run
from workspace.automations.engine import rule_of
from workspace.automations.rules import as_plain
from workspace.billing.amounts import as_json


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: whose eyes."""
    with reading(services, "automations", arguments["as"]) as scope:
        found = keep.automations(scope)
    data = [
        {
            "id": one.id,
            **as_plain(one.rule),
            "on_since": one.since.isoformat() if one.since else None,
            "fired": one.fired,
            "failed": one.failed,
            "last_fired": one.last.isoformat() if one.last else None,
        }
        for one in found
    ]
    lines = [
        f"{'on ' if one.since else 'off'}  {one.fired:>5} fired  {one.rule.name}\n"
        f"     When {one.when}{f', only {one.only}' if one.only else ''}: {'; '.join(one.then)}."
        for one in found
    ]
    return Result(data, "\n".join(lines) or "There is no automation yet; the page Automations has some to begin with.")


def tried(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`automation`: its name or id; `as`."""
    with reading(services, "automations", arguments["as"]) as scope:
        rule = rule_of(keep.automation(scope, arguments["automation"]))
        found = dry_run(scope, rule)
    lines = [f"{rule.name}: what it would do. Nothing was changed.", f"Since {found.since}:"]
    lines += _lines(found.past) or ["  nothing"]
    lines += ["Today and next:", *(_lines(found.now) or ["  nothing"])]
    return Result(as_json(found), "\n".join(lines))


def _lines(would: tuple[Would, ...]) -> list[str]:
    return [
        f"  {one.day}  {one.client_ref:<8} {one.why}: {'; '.join(one.acts)}{' (done)' if one.done else ''}"
        for one in would
    ]


def log_of(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`automation`, `client`, `state`: which; `as`."""
    with reading(services, "automations", arguments["as"]) as scope:
        name = arguments.get("automation")
        found, many = log.log(
            scope,
            rule_id=keep.automation(scope, name).id if name else "",
            client_ref=arguments.get("client") or "",
            state=arguments.get("state") or "",
        )
    lines = [f"{one.at:%Y-%m-%d %H:%M}  {one.client_ref:<8} {one.state:<7} {one.rule}: {_did(one)}" for one in found]
    if many > len(found):
        lines.append(f"… and {many - len(found)} before")
    data: Any = {"total": many, "firings": as_json(found)}
    return Result(data, "\n".join(lines) or "No automation has done anything yet.")


def _did(one: log.Line) -> str:
    said = "; ".join(str(did["what"]) for did in one.did) or one.problem
    return f"{one.why}: {said}"
