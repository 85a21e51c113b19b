"""How exactly mail is read: sender, recipients, subject, date, attachments and threads, against headers read by another program.

Pure measuring: reads the files, returns figures. Never prints.
"""

import email
import email.utils
import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.elements import Parsed
from ingestion.parse import parse
from workspace.mail import root_of

FIELDS = ("from", "to", "subject", "date", "attachments", "thread")


def measure(folder: Path) -> dict[str, Any]:
    """Reads each file of `folder`/files that `folder`/gold.jsonl names: {"file", "headers": {from, to, subject, date, attachments: [name],
    [thread]}}.

    A header counts as exact when its addresses, its words or its moment are the same, however they are spelled; what the gold could
    not decode itself (U+FFFD) or does not have is not judged. Attachments: the same names in the same order; parts that their sender
    did not name and messages attached whole are not in such gold and do not count. `thread` is the root Message-ID; where the gold does not
    name it, it is what Python's own reader of mail finds by following the references through all files of the folder.
    Returns: files, judged {field: n}, exact {field: n}, share (of all judged), wrong [{file, field, gold, read}].
    """
    judged: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    wrong: list[dict[str, Any]] = []
    lines = [
        json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    files = {line["file"]: (folder / "files" / line["file"]).read_bytes() for line in lines}
    known = _threads_by_the_standard_library(files)
    mails = {name: parse(name, data) for name, data in files.items()}
    ours = _threads_as_filed(mails)
    for line in lines:
        name, headers = line["file"], line["headers"]
        compared = _compared(headers, mails[name])
        if headers.get("thread") is not None or name in known:
            compared["thread"] = (headers.get("thread") or known[name], ours.get(name))
        for field, (gold, read) in compared.items():
            judged[field] += 1
            exact[field] += gold == read
            if gold != read:
                wrong.append({"file": line["file"], "field": field, "gold": gold, "read": read})
    total = sum(judged.values())
    return {
        "files": len(lines),
        "judged": dict(judged),
        "exact": dict(exact),
        "share": round(sum(exact.values()) / total, 4) if total else None,
        "wrong": wrong,
    }


def _compared(headers: Mapping[str, Any], parsed: Parsed) -> dict[str, tuple[Any, Any]]:
    mail = parsed.mail
    if mail is None:
        return {field: (headers.get(field), None) for field in FIELDS[:-1] if headers.get(field) is not None}
    found: dict[str, tuple[Any, Any]] = {}
    for field, read in (("from", (mail.sender,)), ("to", mail.recipients)):
        if _told(headers.get(field)):
            found[field] = (_addresses(headers[field]), read)
    if _told(headers.get("subject")):
        found["subject"] = (_words(headers["subject"]), _words(mail.subject))
    if _moment(headers.get("date")) is not None:
        found["date"] = (_moment(headers["date"]), _moment(mail.sent_at))
    if headers.get("attachments") is not None:
        found["attachments"] = (list(headers["attachments"]), _named(parsed, headers["attachments"]))
    return found


def _threads_as_filed(mails: Mapping[str, Parsed]) -> dict[str, str]:
    """The root of each file's message, as mail is filed in the workspace."""
    heads = {name: one.mail for name, one in mails.items() if one.mail and one.mail.message_id}
    parents = {
        head.message_id: parent
        for head in heads.values()
        if head.message_id and (parent := next(iter((*head.references, head.in_reply_to)), None))
    }
    return {name: root_of(head.message_id, parents) for name, head in heads.items() if head.message_id}


def _threads_by_the_standard_library(files: Mapping[str, bytes]) -> dict[str, str]:
    """The same, found apart from our reader: headers by Python's `email`, roots by going up as long as there is a parent."""
    own: dict[str, str] = {}
    above: dict[str, str] = {}
    for name, data in files.items():
        headers = email.message_from_bytes(data)
        ids = _ids(headers.get("Message-ID"))
        parents = _ids(headers.get("References")) or _ids(headers.get("In-Reply-To"))
        if ids:
            own[name] = ids[0]
            above |= {ids[0]: parents[0]} if parents else {}
    roots: dict[str, str] = {}
    for name, identity in own.items():
        way = [identity]
        while (parent := above.get(way[-1])) and parent not in way:
            way.append(parent)
        roots[name] = way[-1]
    return roots


def _ids(header: object) -> list[str]:
    return re.findall(r"<[^<>\s]+>", str(header or ""))


def _told(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\ufffd" not in value


def _addresses(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address.lower() for _, address in email.utils.getaddresses([written]) if "@" in address))


def _words(written: str) -> str:
    return re.sub(r"\s+", " ", written).strip()


def _moment(written: object) -> float | None:
    """Seconds since 1970; None for what is no date."""
    import datetime as dt

    for read in (email.utils.parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            moment = read(str(written).strip())
        except (ValueError, TypeError, IndexError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    return None


def _named(parsed: Parsed, gold: list[str]) -> list[str]:
    return [a.name for a in parsed.attachments if a.name in gold or not re.search(r"^attachment\.|\.eml$", a.name)]
