"""`tickmark access`: what opens each door of the program, by the table access.toml; with a role, which doors it opens."""

from api.access import SECTIONS, matrix, table
from api.commands.result import Result
from store.errors import Unknown


def run(kind: str | None = None, role: str | None = None) -> Result:
    """The lines of the table, of one kind of door where `kind` names it; with `role`, right → doors of that role. Raises Unknown."""
    if kind is not None and kind not in SECTIONS:
        raise Unknown(f"there are no doors of the kind {kind}: take {', '.join(SECTIONS)}")
    if role is not None:
        return _of_role(role)
    lines = [(one, door, need) for one, door, need in table().lines() if kind in (None, one)]
    data = [{"kind": one, "door": door, "needs": need.as_json()} for one, door, need in lines]
    wide = max((len(door) for _, door, _ in lines), default=0)
    return Result(data, "\n".join(f"{one:<9}{door:<{wide}}  {need}" for one, door, need in lines))


def _of_role(role: str) -> Result:
    found = matrix()
    if role not in found:
        raise Unknown(f"there is no role {role}: take {', '.join(found)}")
    text = [
        f"{right}\n" + "\n".join(f"  {door}" for door in doors or ["no door by itself"])
        for right, doors in found[role].items()
    ]
    return Result({"role": role, "opens": found[role]}, "\n".join(text))
