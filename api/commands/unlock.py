"""`tickmark unlock`: keeps a password that opens locked files of a client, and reads what it opens."""

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.intake import arrived, index_new, keeper, opener
from api.wiring import Services
from workspace.documents import Incoming, receive_all
from workspace.passwords import keep_password, locked_archives, locked_files, opened_files
from workspace.scope import access_client


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `password`; `as`: who keeps it, else the operator. Fails when locked files stay locked."""
    ref, email = arguments["client"], arguments.get("as")
    with writing(services, "unlock", email) as scope:
        waiting = keep_password(scope, services.seal, ref, arguments["password"])
        client_id = access_client(scope, ref).id
    waiting += _take_out(services, ref, email)
    index_new(services, progress, [client_id])
    with reading(services, "unlock", email) as scope:
        opened, locked = opened_files(scope, ref), locked_files(scope, ref)
    text = f"{ref}: the password is kept; {waiting - len(locked)} of {waiting} locked files are read now."
    if not waiting:
        text = f"{ref}: the password is kept; no file waits for it now, and the next locked one is tried with it."
    data = {
        "client_ref": ref,
        "locked": list(locked),
        "opened": [{"path": path, "with": told} for path, told in opened],
    }
    return Result(data, text, failed=bool(waiting) and len(locked) == waiting)


def _take_out(services: Services, ref: str, email: str | None) -> int:
    """Take locked members out of archives that are on file; returns how many were locked before."""
    keep, opens = keeper(services, dry_run=False), opener(services)
    with reading(services, "unlock", email) as scope:
        archives, locked = locked_archives(scope, ref)
    found = [
        one
        for archive in archives
        for one in arrived(
            ref, archive.path, services.blobs.get(archive.blob), archive.source, keep, services.parse_pool.parse, opens
        )
        if isinstance(one, Incoming) and one.path in locked and not one.refused
    ]
    with writing(services, "unlock", email) as scope:
        receive_all(scope, found)
    return len(locked)
