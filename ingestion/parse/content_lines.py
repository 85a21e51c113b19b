"""The grammar that calendars (RFC 5545) and address cards (RFC 6350, vCard 2.1) share: folded lines of name, parameters and value.

Owns unfolding, encodings and escapes. Never knows what a property means.
"""

import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ingestion.parse.text import decode
from ingestion.parse.wording import clean

# A photograph in base64 on one line is no text of anybody.
LONGEST_LINE = 100_000
_NAME = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(r";([^=;:\"]+)(?:=((?:\"[^\"]*\"|[^;\"])*))?")
_LISTED = re.compile(r"\"[^\"]*\"|[^,]+")
_SOFT_BREAK = re.compile(rb"(?i)^[^:\r\n]*;(?:ENCODING=)?QUOTED-PRINTABLE[^:\r\n]*:")
_ESCAPED = re.compile(r"\\([nN,;\\:])")
_NOT_ESCAPED = re.compile(r"(?<!\\);")


@dataclass(frozen=True)
class Property:
    """One line: `name` and the parameters' names in capitals, `value` as written; see `words` and `parts`."""

    name: str
    value: str
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def words(self) -> str:
        """The value without its escapes."""
        return _unescaped(self.value).strip()

    @property
    def parts(self) -> tuple[str, ...]:
        """The fields of a structured value (a name, an address)."""
        return tuple(_unescaped(part).strip() for part in _NOT_ESCAPED.split(self.value))

    def parameter(self, name: str) -> str:
        """The first value of a parameter, "" without it."""
        return next(iter(self.parameters.get(name, ())), "")


@dataclass
class Component:
    """What stands between BEGIN and END. `whole` is False when the file ends before END."""

    name: str
    properties: list[Property] = field(default_factory=list[Property])
    inside: list["Component"] = field(default_factory=list["Component"])
    whole: bool = False

    def all(self, name: str) -> list[Property]:
        """The properties of that name, in order."""
        return [one for one in self.properties if one.name == name]

    def words(self, name: str) -> str:
        """The words of the first property of that name, "" without one."""
        return next((one.words for one in self.all(name) if one.words), "")


def components(data: bytes) -> list[Component]:
    """The outermost components of a file in order; lines that are none of the grammar are left out."""
    found: list[Component] = []
    open_ones: list[Component] = []
    for line in _unfolded(data):
        read = _read(line)
        if read is None:
            continue
        if read.name == "BEGIN":
            component = Component(read.value.strip().upper())
            (open_ones[-1].inside if open_ones else found).append(component)
            open_ones.append(component)
        elif read.name == "END":
            while open_ones:
                last = open_ones.pop()
                last.whole = last.name == read.value.strip().upper()
                if last.whole:
                    break
        elif open_ones:
            open_ones[-1].properties.append(read)
    return found


def _unfolded(data: bytes) -> Iterator[bytes]:
    """Whole lines: one that begins with a blank belongs to the one before, and so does what follows a quoted-printable "=" at its end."""
    held = b""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = decode(data).encode()
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines():
        if held.endswith(b"=") and _SOFT_BREAK.match(held):
            held = held[:-1] + line.lstrip(b" \t")
        elif line[:1] in (b" ", b"\t"):
            held += line[1:] if len(held) < LONGEST_LINE else b""
        else:
            if held:
                yield held
            held = line
    if held:
        yield held


def _read(line: bytes) -> Property | None:
    match = _NAME.fullmatch(decode(line)) if len(line) <= LONGEST_LINE else None
    if match is None:
        return None
    parameters: dict[str, tuple[str, ...]] = {}
    for name, value in _PARAMETER.findall(match[2]):
        # vCard 2.1 writes TEL;WORK;VOICE for TEL;TYPE=WORK,VOICE, and the encoding bare too.
        bare = "ENCODING" if name.upper() in ("QUOTED-PRINTABLE", "BASE64", "B") else "TYPE"
        key, given = (name.upper(), value) if value else (bare, name)
        parameters[key] = (*parameters.get(key, ()), *(part.strip('" ') for part in _LISTED.findall(given)))
    value = match[3]
    if "QUOTED-PRINTABLE" in [one.upper() for one in parameters.get("ENCODING", ())]:
        coded = quopri.decodestring(value.encode("ascii", "ignore"))
        value = decode(coded, next(iter(parameters.get("CHARSET", ())), None))
    return Property(match[1].upper(), clean(value), parameters)


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
