"""Formats that another program reads better: handed to LibreOffice where it is installed, else read as far as we can, else explained.

Owns the running of LibreOffice: a child process with its own profile and a time limit, macros off, no links followed. Never keeps a file.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ingestion.elements import Parsed
from ingestion.identify import DOC, ODP, ODT, PPT, WPD, XLSB
from ingestion.parse import legacy_slides, legacy_word, office, xlsx
from ingestion.parse.broken import Unreadable

# Below the time a file without pages may take (ingestion/sandbox.py), so that the finding is ours.
SECONDS = 45.0
_FROM = {DOC: ".doc", PPT: ".ppt", ODT: ".odt", ODP: ".odp", WPD: ".wpd", XLSB: ".xlsb"}
_TO = {DOC: "docx", ODT: "docx", WPD: "docx", PPT: "pptx", ODP: "pptx", XLSB: "xlsx"}
OLD = tuple(_FROM)
_CALLED = {
    ODT: "an OpenDocument text", ODP: "an OpenDocument presentation", WPD: "a WordPerfect file", XLSB: "a binary workbook (XLSB)",
}  # fmt: skip
_OWN: dict[str, Callable[[str, bytes], Parsed]] = {DOC: legacy_word.parse_doc, PPT: legacy_slides.parse_ppt}
_SECURITY = {
    "MacroSecurityLevel": "3",
    "DisableMacrosExecution": "true",
    "BlockUntrustedRefererLinks": "true",
    "DisableActiveContent": "true",
}


def parse_old(name: str, data: bytes, media_type: str) -> Parsed:
    """The file as LibreOffice understands it; without it, or where it fails, by our own reader. Raises Unreadable if there is none."""
    converted = _converted(data, media_type)
    if converted is not None:
        return replace(_read(name, converted, _TO[media_type]), media_type=media_type)
    if media_type in _OWN:
        return _OWN[media_type](name, data)
    raise Unreadable(
        f"is {_CALLED[media_type]}, which needs LibreOffice on this machine to be read; "
        f"install it, or save the file as {_TO[media_type].upper()} or PDF, and add it again"
    )


def _read(name: str, data: bytes, ending: str) -> Parsed:
    if ending == "xlsx":
        return xlsx.parse_xlsx(name, data)
    return office.parse_docx(name, data) if ending == "docx" else office.parse_pptx(name, data)


def _converted(data: bytes, media_type: str) -> bytes | None:
    """The file in the new format; None without LibreOffice, or when it cannot read it in time."""
    program = shutil.which("soffice")
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="tickmark-") as folder:
        place = Path(folder)
        source = place / f"file{_FROM[media_type]}"
        source.write_bytes(data)
        user = place / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
        command = [program, "--headless", "--norestore", f"-env:UserInstallation={(place / 'profile').as_uri()}"]
        _run([*command, "--convert-to", _TO[media_type], "--outdir", str(place / "out"), str(source)])
        result = place / "out" / f"file.{_TO[media_type]}"
        return result.read_bytes() if result.is_file() else None


def _settings() -> str:
    """LibreOffice's own file of settings for the profile: nothing in a document runs or is fetched."""
    place = "/org.openoffice.Office.Common/Security/Scripting"
    items = "".join(
        f'<item oor:path="{place}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for name, value in _SECURITY.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n{items}</oor:items>\n'


def _run(command: list[str]) -> None:
    """Waits at most SECONDS; then the program ends with all it started."""
    process = subprocess.Popen(  # noqa: S603 - a fixed command; the file's name is ours
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
