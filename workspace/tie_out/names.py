"""Names in a text: those that are known, and those that give themselves away (a legal suffix, a title, a greeting).

A name is compared word by word, without case and punctuation. "Rivera Holdings" may stand for "Rivera Holdings LLC" while no other
known name is called so; "Rivera Holdings Inc." never does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"&|[^\W_]+(?:['’.&/-][^\W_]+)*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SUFFIXES = _words(
    "llc inc incorporated corp corporation co company ltd limited llp lp lllp pllc pc pa plc trust foundation"
)
_SHORTENED = _words("inc corp co ltd pc")
_SUFFIX = r"(?:LLC|L\.L\.C\.|Inc|Incorporated|Corp|Corporation|Ltd|LLP|LP|L\.P\.|PLLC|P\.C\.|PC|PLC)"
_WORD = r"[A-Z][\w'’&-]*"
COMPANY = re.compile(rf"(?<!\w){_WORD}(?:[ ]+(?:{_WORD}|of|and|&|the)){{0,5}},?[ ]+{_SUFFIX}(?!\w)\.?")
TITLED = re.compile(rf"(?<!\w)(?:Mr|Ms|Mrs|Mx|Dr|Prof)\.?[ ]+(?P<name>{_WORD}(?:[ ]+{_WORD})?)")
GREETED = re.compile(
    rf"(?m)^[ \t>*_]*(?:Dear|Hi|Hello)[ ]+(?P<name>{_WORD}(?:[ ]+(?:and[ ]+|&[ ]+)?{_WORD})*)(?=[ ]*(?:[,:!]|$))"
)
ADDRESSED = re.compile(rf"\A[ \t>*_]*(?P<name>{_WORD}),(?=\s+(?:I\b|[a-z\d$\ue000]))")
CALLED = re.compile(
    r"(?<=[a-z\d]),[ ]+(?!(?:Mr|Ms|Mrs|Mx|Dr|Prof)\b)(?P<name>[A-Z][a-z]+)(?=,[ ]+[a-z]|[.!?:](?:\s|$))"
)
_DOES = (
    r"(?:countersigned|signed|handed|wrote|called|phoned|rang|emailed|said|says|told|tells|asked|asks|agreed|agrees|promised|explained|explains"
    r"|reviewed|confirmed|approved|joined|thinks|believes|insists|insisted|testified|testifies|vacated|moved\s+(?:in|out)"
    r"|(?:gave|took|sent|paid|owes)\s+(?:us|you|me|him|her|them|the|an?|his|its|their|back|over)"
    r"|(?:will|would|can|could|should|must|may|has|had|wants\s+to|needs\s+to)\s+(?:not\s+|never\s+)?(?:also\s+)?(?:sign|call|ring|phone|write|say|speak|appear|testify|explain"
    r"|signed|called|written|said|told|asked|agreed|promised|vacated|handed))"
)
# A last or first name by itself, of whom it is said that he did what only people do, or to whom something is said.
ACTING = re.compile(
    rf"(?<![\w’'-])(?P<name>[A-Z][a-z]+(?:[A-Z][a-z]+)?)(?=(?:,\s+[a-z]+\s+[a-z]+,)?\s+{_DOES}\b)"
    r"|\b(?:tell|ask|remind|call|told|asked|reminded|called)\s(?P<to>[A-Z][a-z]+)(?=\s+(?:that|to|about|by|before|on|how|when|why)\b|[:,.])"
    r"|\b(?:[Rr]eminder|[Nn]ote|[Mm]emo)\s(?:for|to)\s(?P<to2>[A-Z][a-z]+)(?=[:,.])"
)
PEOPLE = re.compile(rf"(?<![\w#])(?:{_WORD}|[A-Z]\.)(?:[ ](?:[A-Z]\.|{_WORD})){{1,3}}(?!\w)")
_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas"
    "|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire"
    "|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina"
    "|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
)
AGENCY = re.compile(
    rf"(?<!\w)(?:{_STATES})(?:[ ]State)?[ ](?:Department|Division|Bureau|Board|Office)[ ]of[ ](?:the[ ])?{_WORD}"
    rf"(?:[ ](?:(?:and|&)[ ])?{_WORD})*"
)
_GREETINGS = _words(
    """
    client clients sir madam taxpayer team all friends friend colleague colleagues partner board counsel judge owner owners member members
    tenant
    """
)
# What begins a text and a sentence before a comma, and nobody is called.
_OPENERS = _words(
    """
    however otherwise moreover overall today tomorrow yesterday meanwhile therefore thus hence again instead still yet now then first
    second third last finally attached enclosed below above further furthermore nevertheless nonetheless besides indeed thanks yes
    well sorry hello hi congratulations currently together likewise consequently accordingly since
    """
)
# Who acts in a letter and is called by no name.
_PARTIES = _words(
    """
    plaintiff defendant petitioner respondent landlord tenant lessor lessee buyer seller buyers sellers lender borrower management nobody
    everybody someone somebody everyone anyone whoever congress she he they who people customers employees staff workers vendors suppliers
    members shareholders directors opposing witness witnesses builder contractor examiner agent auditor controller bookkeeper preparer
    mother father both neither either none some many most few one mine ours yours theirs medicare quickbooks xero excel word outlook english
    money cash what whatever nothing something everything spouse husband wife daughter son
    """
)
_NO_NAME = re.compile(r"(?:ly|ing|ed|ions?|ments?|ies|ses|als|nts|ues|ages|ices|ents|ants|ables)$")
# Words that letters of the trade capitalise; a run made only of them is no name.
_TRADE = _words(
    """
    a an the and or of for to in on at by with from we you our your this that these those it is are as if please dear re thank
    what how when where who why which each all any no not i my here there also after before because
    internal revenue service irs tax taxes taxpayer court form forms schedule letter notice section return returns extension
    amended estimated payment payments income gross net taxable total balance sheet statement statements profit loss trial
    power attorney collection due process hearing appeals appeal office united states federal state local district columbia
    department treasury social security administration code regulation regulations publication act rule rules
    partnership corporation individual estate trust organization nonprofit employer employee
    year quarter month day date period fiscal calendar january february march april may june july august september october
    november december monday tuesday wednesday thursday friday saturday sunday
    engagement engagements client clients partner manager senior staff firm accountant accountants counsel
    document documents invoice invoices bank account accounts receivable payable payroll sales cash cost costs fee fees
    request requests item items open question questions answer answers summary status next steps step amount amounts
    deadline deadlines review draft release records record file files facts sources source exhibits exhibit position
    sincerely regards best kind yours truly prepared reviewed subject attached enclosed
    ein ssn itin tin
    without within under upon during since until per via against between about
    uncle sam
    tell ask call thank thanks remind let give send have see meet note mark keep say when if so then
    certified public mail express priority registered first class electronic online secure portal
    """
)


@dataclass(frozen=True)
class Found:
    """A name as it stands in a text; `tokens` is its words for comparing."""

    start: int
    end: int
    tokens: tuple[str, ...]


@lru_cache(maxsize=16384)
def tokens_of(name: str) -> tuple[str, ...]:
    """The words of a name for comparing: lower case, no punctuation, no possessive, "&" as "and"."""
    return tuple(_plain(match.group()) for match in _TOKEN.finditer(name))


def short_of(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The words without the legal form at the end and "the" at the start: what people call a company."""
    kept = tokens[1:] if len(tokens) > 1 and tokens[0] == "the" else tokens
    while len(kept) > 1 and kept[-1] in _SUFFIXES:
        kept = kept[:-1]
    return kept


def known(text: str, names: Sequence[str]) -> Iterator[Found]:
    """Every place where one of `names` stands, whole or without its legal form, the longest first from left to right."""
    index = _index(tuple(sorted(set(names))))
    words = [(match, _plain(match.group())) for match in _TOKEN.finditer(text)]
    at = 0
    while at < len(words):
        length = _longest(index, words, at)
        if length:
            length += _other_form(text, words, at + length)
            last = words[at + length - 1][0]
            found = tuple(word for _, word in words[at : at + length])
            yield Found(words[at][0].start(), _bare_end(last) + _point(last), found)
        at += length or 1


def titled(text: str) -> Iterator[Found]:
    """Names after Mr., Ms., Dr. and the like."""
    for match in TITLED.finditer(text):
        yield Found(match.start("name"), match.end("name"), tokens_of(match["name"]))


def greeted(text: str) -> Iterator[Found]:
    """Names after "Dear", each of several apart."""
    for greeting in GREETED.finditer(text):
        start = greeting.start("name")
        for match in re.finditer(rf"(?!and\b){_WORD}(?:[ ]+{_WORD})*", greeting["name"]):
            tokens = tokens_of(match.group())
            if not set(tokens) <= _GREETINGS:
                yield Found(start + match.start(), start + match.end(), tokens)


def addressed(text: str) -> Iterator[Found]:
    """The first name with which a text begins: "Luis, the deposit is late"."""
    match = ADDRESSED.match(text)
    word = match["name"].casefold() if match else ""
    if (
        match
        and not match["name"][1:].isupper()
        and word not in _TRADE | _OPENERS | _GREETINGS
        and not _NO_NAME.search(word)
    ):
        yield Found(match.start("name"), match.end("name"), tokens_of(match["name"]))


def called(text: str) -> Iterator[Found]:
    """A first name between commas or at the end of a sentence: "Before you sign, Luis, would you"."""
    for match in CALLED.finditer(text):
        word = match["name"].casefold()
        if word not in _TRADE | _OPENERS | _GREETINGS and not _NO_NAME.search(word):
            yield Found(match.start("name"), match.end("name"), tokens_of(match["name"]))


def acting(text: str) -> Iterator[Found]:
    """A name by itself that can be nothing else: "Osei countersigned", "the day Dunmore handed over", "Reminder for Priya:"."""
    for match in ACTING.finditer(text):
        group = match.lastgroup or "name"
        word = match[group].casefold()
        if (
            word not in _TRADE | _OPENERS | _GREETINGS | _PARTIES
            and match[group] not in _STATES.split("|")
            and not _NO_NAME.search(word)
        ):
            yield Found(match.start(group), match.end(group), tokens_of(match[group]))


def companies(text: str) -> Iterator[Found]:
    """Names that end with a legal form."""
    for match in COMPANY.finditer(text):
        yield Found(match.start(), match.end(), tokens_of(match.group()))


def agencies(text: str) -> Iterator[Found]:
    """The tax offices of states: "Ohio Department of Taxation"."""
    for match in AGENCY.finditer(text):
        yield Found(match.start(), match.end(), tokens_of(match.group()))


def stands_for(tokens: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether `tokens` can be read as a short form of `name`: without its legal form, a first name, a last name."""
    if tokens == short_of(name):
        return True
    return (
        len(tokens) < len(name) and tokens in (name[: len(tokens)], name[-len(tokens) :]) and name[-1] not in _SUFFIXES
    )


def guessed(text: str) -> Iterator[Found]:
    """Runs of two to four capitalised words that are not all words of the trade, outside headings."""
    for match in PEOPLE.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if line.lstrip().startswith("#"):
            continue
        words = list(_TOKEN.finditer(text, match.start(), match.end()))
        while words and words[0].group().lower() in _TRADE and not _is_first_bank(words):
            words = words[1:]
        while words and words[-1].group().lower() in _TRADE:
            words = words[:-1]
        if len(words) > 1:
            yield Found(words[0].start(), words[-1].end(), tuple(_plain(word.group()) for word in words))


def _is_first_bank(words: Sequence[re.Match[str]]) -> bool:
    """ "First Prairie": an ordinary word with which a proper name begins."""
    return (
        len(words) > 1 and words[0].group() == "First" and words[1].group().lower() not in _TRADE | _OPENERS | _PARTIES
    )


@lru_cache(maxsize=16)
def _index(names: tuple[str, ...]) -> dict[str, list[tuple[str, ...]]]:
    """First word to the names that begin with it, longest first."""
    index: dict[str, set[tuple[str, ...]]] = {}
    for name in names:
        full = tokens_of(name)
        for form in {full, short_of(full)}:
            # A bare number is no name: it would swallow amounts.
            if any(len(word) > 1 and not word.isdigit() for word in form):
                index.setdefault(form[0], set()).add(form)
    return {first: sorted(forms, key=len, reverse=True) for first, forms in index.items()}


def _longest(index: dict[str, list[tuple[str, ...]]], words: list[tuple[re.Match[str], str]], at: int) -> int:
    for form in index.get(words[at][1], ()):
        span = words[at : at + len(form)]
        if tuple(word for _, word in span) != form:
            continue
        # "target" is a word, "Target" may be the store.
        written = span[0][0].group()
        if (len(form) > 1 or written[0].isupper() or written[0].isdigit()) and _alone(span[0][0], span[-1][0]):
            return len(form)
    return 0


def _alone(first: re.Match[str], last: re.Match[str]) -> bool:
    """Not a piece of a longer number: "INV-7" stands in "INV-7," and not in "INV-7,300"."""
    text = first.string
    before, after = text[max(0, first.start() - 1) : first.start()], text[last.end() : last.end() + 2]
    return not (before and before in "$#-.") and not re.match(r"[,.%-]\d|%|\s%", after)


def _other_form(text: str, words: list[tuple[re.Match[str], str]], after: int) -> int:
    """1 when a legal form follows that the known name does not have: "Rivera Holdings Inc." is not "Rivera Holdings LLC"."""
    if after >= len(words):
        return 0
    (before, _), (match, plain) = words[after - 1], words[after]
    between = text[before.end() : match.start()]
    if plain == "limited" and re.match(r"\s+[Pp]artners?\b", text[match.end() :]):
        return 0  # "Joel Kaplan, Limited Partner" is a person's part in a partnership
    return int(plain in _SUFFIXES and match.group()[0].isupper() and between.strip(" ,") == "")


def _plain(word: str) -> str:
    plain = re.sub(r"['’]s$", "", word.casefold())
    return "and" if plain == "&" else re.sub(r"(?<!\d)\.|\.(?!\d)|['’]", "", plain)


def _point(match: re.Match[str]) -> int:
    """1 where the point behind a name is its own: "Inc.", "P.C."; of others it ends the sentence."""
    shortened = _plain(match.group()) in _SHORTENED
    return int(shortened and match.string[match.end() : match.end() + 1] == ".")


def _bare_end(match: re.Match[str]) -> int:
    return match.end() - (2 if re.search(r"['’]s$", match.group()) else 0)
