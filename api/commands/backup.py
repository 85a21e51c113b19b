"""`tickmark backup` and `tickmark restore`: make, list, verify, try and bring back encrypted copies of a home."""

from pathlib import Path
from typing import Any

from api import backups
from api.commands.result import Arguments, Progress, Result
from api.settings import load_settings
from api.wiring import Services
from store.backup.make import backups_in
from store.backup.restore import manifest_of
from store.errors import TickmarkError


def make(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`folder`: where to, None: the one that is set; `keep`: how many stay."""
    folder = backups.folder_of(services.settings, arguments.get("folder"))
    data = backups.make(services, folder, progress, keep=arguments.get("keep"), asker=arguments.get("as"))
    told = (
        f"{data['backup']}: {data['rows']:,} rows, {data['blobs']:,} files ({data['new_blobs']:,} new), the trail to entry "
        f"{data['trail_seq']:,}; {data['bytes_written']:,} bytes in {data['seconds']} s, under the key {data['key']}."
    )
    gone = f"\nGone, since only so many stay: {', '.join(data['dropped'])}." if data["dropped"] else ""
    return Result(data, told + gone)


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """The backups of a folder, newest first, each by its manifest."""
    settings = services.settings
    folder = backups.folder_of(settings, arguments.get("folder"))
    rows = [_row(path, backups.backup_keys(settings)) for path in backups_in(folder)]
    return Result(rows, "\n".join(map(_line, rows)) or f"There is no backup in {folder}.")


def _row(path: Path, keys: Any) -> dict[str, Any]:
    told = {"backup": path.name, "bytes": path.stat().st_size}
    try:
        manifest = manifest_of(path, keys)
    except TickmarkError as error:
        return {**told, "error": str(error)}
    trail, rows = manifest["trail"], sum(manifest["rows"].values())
    about = {"made_at": manifest["made_at"], "release": manifest["release"], "schema": manifest["schema"]}
    return {
        **told,
        **about,
        "rows": rows,
        "blobs": len(manifest["blobs"]),
        "trail_seq": trail["seq"],
        "trail_head": trail["head"],
    }


def _line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['backup']}  {row['error']}"
    head = row["trail_head"][:16]
    return f"{row['backup']}  {row['rows']:,} rows, {row['blobs']:,} files, trail {row['trail_seq']:,} ({head})"


def verify(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Read all of a backup, the newest where a folder is named, and hold it against what it says."""
    path = backups.newest_in(backups.folder_of(services.settings, arguments.get("folder")))
    checked = backups.verify(services.settings, path, progress)
    trail, files = checked.manifest["trail"], len(checked.manifest["blobs"])
    data = {
        "backup": str(path),
        "blobs": files,
        "bytes": checked.size,
        "trail_seq": trail["seq"],
        "trail_head": trail["head"],
    }
    return Result(data, f"{path} is whole: records, {files:,} files, the trail to entry {trail['seq']:,}.")


def test(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Bring the newest backup back into a folder of its own, look at all of it, and write down what came of it."""
    data = backups.test(
        services, backups.folder_of(services.settings, arguments.get("folder")), progress, asker=arguments.get("as")
    )
    return Result(data, f"{data['backup']} was brought back and holds: {_in_words(data)}, in {data['seconds']} s.")


def restore(home: Path | None, backup: Path, progress: Progress) -> Result:
    """Bring a backup back onto a home without records."""
    settings = load_settings(home)
    data = backups.restore(settings, backups.newest_in(backup.absolute()), progress)
    told = (
        f"{settings.home} is what {data['backup']} kept: {_in_words(data)}; index and trail hold. {data['seconds']} s."
    )
    return Result(data, told)


def _in_words(data: dict[str, Any]) -> str:
    return f"{data['rows']:,} rows, {data['blobs']:,} files, the trail to entry {data['trail_seq']:,}"
