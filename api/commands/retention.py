"""`tickmark retention`, `hold`, `erase` and `evidence`: the commands behind them."""

from pathlib import Path
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.destroyed import take_away
from api.wiring import Services
from store.errors import Conflict
from workspace.retention import due as dues
from workspace.retention import erasure
from workspace.retention import holds as legal
from workspace.retention.schedule import schedule as terms
from workspace.retention.schedule import set_term


def schedule(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`. How long each kind of record is kept."""
    with reading(services, "retention", arguments.get("as")) as scope:
        found = [
            {
                "kind": one.kind.slug,
                "months": one.months,
                "from": one.kind.runs_from,
                "authority": one.authority,
                "own": one.own,
            }
            for one in terms(scope)
        ]
    lines = [f"{one['kind']:<14}{one['months']:>5} months from {one['from']}: {one['authority']}" for one in found]
    return Result(found, "\n".join(lines))


def set_kind(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`kind`, `months`, `authority`, `as`."""
    with writing(services, "retention", arguments["as"]) as scope:
        set_term(scope, arguments["kind"], arguments["months"], arguments["authority"])
    return Result({"kind": arguments["kind"], "months": arguments["months"]}, f"{arguments['kind']}: kept as you say.")


def due(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`, `client`: a ref or None. What may be destroyed, and why."""
    with reading(services, "retention", arguments["as"]) as scope:
        found = [
            vars(one) | {"oldest": one.oldest.isoformat(), "before": one.before.isoformat()}
            for one in dues.due(scope, arguments.get("client"))
        ]
    lines = [
        f"{one['ref']:<10}{one['kind']:<14}{one['count']:>6} since {one['oldest']}  "
        f"{'HELD' if one['held'] else one['mark']}  {one['client']}"
        for one in found
    ]
    return Result(found, "\n".join(lines) or "Nothing is over its term.")


def destroy(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `kind`, `mark` of what `due` showed, `typed`: the ref once more, `as`. Cannot be undone."""
    with writing(services, "retention", arguments["as"]) as scope:
        gone = dues.destroy(scope, arguments["client"], arguments["kind"], arguments["mark"], arguments["typed"])
    return _told(services, gone)


def hold(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `reason`, `as`; with `end`, that hold's id, `reason` is why it ends. Without a client: those that are there."""
    if not arguments.get("reason"):
        with reading(services, "hold", arguments["as"]) as scope:
            found: list[dict[str, Any]] = [
                {
                    "id": one.id,
                    "client": client.ref,
                    "since": one.set_at.isoformat(),
                    "ended": bool(one.ended_at),
                    "reason": one.reason,
                }
                for one, client in legal.holds(scope, arguments.get("client"))
            ]
        lines = [
            f"{one['id']}  {one['client']:<10}{one['since'][:10]}  {'ended' if one['ended'] else 'stands'}  {one['reason']}"
            for one in found
        ]
        return Result(found, "\n".join(lines) or "No hold stands.")
    with writing(services, "hold", arguments["as"]) as scope:
        if arguments.get("end"):
            legal.end_hold(scope, arguments["end"], arguments["reason"])
            return Result({"id": arguments["end"]}, "The hold has ended.")
        made = legal.set_hold(scope, arguments["client"], arguments["reason"])
    return Result({"id": made}, f"{made}: nothing of {arguments['client']} is destroyed while it stands.")


def erase(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `as`. Without `mark` the plan; with that of the plan and the ref `typed` once more the act, which cannot be undone."""
    if arguments.get("mark"):
        with writing(services, "erase", arguments["as"]) as scope:
            gone = erasure.erase(scope, arguments["client"], arguments["mark"], arguments.get("typed") or "")
        return _told(services, gone)
    with reading(services, "erase", arguments["as"]) as scope:
        plan = erasure.plan(scope, arguments["client"])
        name = plan.client.name
    data: dict[str, Any] = {"refused": plan.refused, "goes": plan.goes, "stays": [vars(one) for one in plan.stays]}
    lines = [f"{name}: " + ("all of it can go." if plan.whole else "a part must stay.")]
    lines += [f"  refused: {one}" for one in plan.refused]
    lines += [f"  goes: {number} {what}" for what, number in plan.goes]
    lines += [
        f"  stays: {one.count} {one.label} until {one.until or 'further notice'}: {one.why}" for one in plan.stays
    ]
    lines.append(
        f"Plan {plan.mark}. It cannot be undone, and older backups hold these records until they are rotated out."
    )
    return Result(data | {"whole": plan.whole, "mark": plan.mark}, "\n".join(lines), failed=bool(plan.refused))


def _told(services: Services, gone: Any) -> Result:
    left = take_away(services)
    rows = {name: number for name, number in sorted(gone.rows.items()) if number}
    said = [f"Destroyed: {sum(rows.values())} rows, {len(gone.blobs)} files."]
    return Result({"rows": rows, "files": len(gone.blobs), "left": left}, "\n".join([*said, *left]), failed=bool(left))


def evidence(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`folder`, an empty or absent one; `as`. Writes the packet there."""
    from api.machine import machine_of
    from workspace.evidence_packet.files import files
    from workspace.evidence_packet.gather import packet

    folder = Path(arguments["folder"])
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty; give a folder of its own")
    with writing(services, "evidence", arguments["as"]) as scope:
        made = packet(scope, machine_of(services.settings))
    written = files(made)
    for name, data in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    hidden = f" {made.hidden} clients are not named: you may not see them." if made.hidden else ""
    return Result(
        {"folder": str(folder), "files": sorted(written), "hidden": made.hidden},
        f"{len(written)} files in {folder}.{hidden}",
    )
