"""What lies in real folders and must not disturb anything: copies, locks, stubs, broken and encrypted files."""

from evals.firm.gold import ExpectedFinding
from evals.firm.render import office, pdf
from evals.firm.render.blocks import Block, Fields, Heading, Text
from evals.firm.sample import Profile, Sample


def scatter(sample: Sample) -> None:
    """Each kind once among the first clients, and again every fifty clients."""
    profiles = list(sample.profiles.values())
    for number, leave in enumerate((_encrypted, _truncated, _empty, _lock, _stub, _conflict, _system)):
        for position in range(number + 1, len(profiles), 50):
            leave(sample, profiles[position])


def _expect(sample: Sample, path: str, why: str) -> None:
    sample.findings.append(ExpectedFinding(path, why))


def _paper(profile: Profile) -> list[Block]:
    return [
        Heading("Statement of accounts", 1),
        Fields((("Client", profile.name),)),
        Text("Balances at year end are listed on the following pages."),
    ]


def _encrypted(sample: Sample, profile: Profile) -> None:
    path = sample.file(
        f"documents/{profile.ref}/Portal/Brokerage statement (secured).pdf",
        pdf.pdf(_paper(profile), password="orchard-4417"),
    )
    _expect(sample, path, "needs a password that nobody gave")


def _truncated(sample: Sample, profile: Profile) -> None:
    whole = pdf.pdf(_paper(profile))
    path = sample.file(f"documents/{profile.ref}/Portal/Closing statement.pdf", whole[: len(whole) // 2])
    _expect(sample, path, "ends in the middle: the transfer was cut off")


def _empty(sample: Sample, profile: Profile) -> None:
    path = sample.file(f"documents/{profile.ref}/Portal/2025 property tax bill.pdf", b"")
    _expect(sample, path, "zero bytes")


def _lock(sample: Sample, profile: Profile) -> None:
    owner = b"\x0aJordan Beck" + b" " * 43 + b"\x0b\x00" + "Jordan Beck".encode("utf-16-le") + b" \x00" * 43
    path = sample.file(f"documents/{profile.ref}/Workpapers/~$anning notes.docx", owner[:162].ljust(162, b"\x00"))
    _expect(sample, path, "Word's lock file, not a document")


def _stub(sample: Sample, profile: Profile) -> None:
    path = sample.file(
        f"documents/{profile.ref}/Portal/Dropbox folder.url",
        b"[InternetShortcut]\r\nURL=https://files.example/s/9f2k\r\n",
    )
    _expect(sample, path, "a link to a file elsewhere, with nothing in it")


def _conflict(sample: Sample, profile: Profile) -> None:
    """A synced memo and the copy of it that another computer left, with one more sentence."""
    blocks: list[Block] = [
        Heading("Memorandum: Call of February 11", 1),
        Fields((("Date", "February 11, 2026"), ("From", "Tom Kowalczyk"), ("To", "File"))),
        Text("Walked through open items. All but one are in."),
    ]
    folder = f"documents/{profile.ref}/Workpapers"
    facts = (("date", "2026-02-11"), ("from", "Tom Kowalczyk"), ("to", "File"))
    sample.document(f"{folder}/Call notes.docx", office.docx(blocks), "memo", facts)
    copy = sample.document(
        f"{folder}/Call notes (Tom's conflicted copy 2026-02-11).docx",
        office.docx([*blocks, Text("The last one follows by mail.")]),
        "memo",
        facts,
    )
    _expect(sample, copy, "a sync program's conflicted copy of the file beside it; readable, and nothing to raise")


def _system(sample: Sample, profile: Profile) -> None:
    path = sample.file(f"documents/{profile.ref}/.DS_Store", b"\x00\x00\x00\x01Bud1\x00\x00\x10\x00\x00\x00\x08\x00")
    _expect(sample, path, "the Finder's own file, not a document")
