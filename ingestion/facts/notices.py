"""Notices of tax agencies, federal and state: who wrote, which notice, about whom, how much, by when.

Reads what is printed. Never computes a deadline: that is the practice's own arithmetic.
"""

import re

from ingestion.elements import ReadFact
from ingestion.facts.labels import Field, find, labelled, read_fields
from ingestion.facts.text import Found, Reading, Span, fact, matches, trimmed
from ingestion.facts.values import DATE, ENTRY, MONEY, NAME, TAX_ID, YEAR, squeezed

STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|"
    "Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
    "New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|"
    "South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
)
_OFFICE = (
    r"(?:Department|Dept\.?|Division|Bureau|Board|Office)\s+of\s+(?:Revenue(?:\s+(?:Services|"
    r"Administration))?|Taxation(?:\s+and\s+Finance)?|"
    r"Tax(?:ation)?\s+(?:and\s+Fee\s+)?Administration|Treasury|Labor|"
    r"Finance(?:\s+and\s+Administration)?|Workforce\s+\w+|Employment\s+Security|"
    r"Equalization|Assessments\s+and\s+Taxation|Tax\s+and\s+Revenue)"
)
FEDERAL_AGENCY = re.compile(r"Internal\s+Revenue\s+Service|Department\s+of\s+the\s+Treasury|\bIRS\b")
STATE_AGENCY = re.compile(
    rf"(?:(?:State|Commonwealth)\s+of\s+)?(?:(?:{STATES})(?:\s+State)?\s+)?(?:{_OFFICE})"
    r"|(?:(?:State\s+of\s+)?California\s+)?(?:Franchise\s+Tax\s+Board|Employment\s+Development\s+Department)"
    r"|(?:Texas\s+)?Comptroller\s+of\s+Public\s+Accounts|Comptroller\s+of\s+Maryland"
    rf"|(?:{STATES})\s+(?:State\s+)?(?:Tax\s+Commission|Department\s+of\s+Taxation|Taxation\s+and\s+Revenue\s+Department)",
    re.IGNORECASE,
)

# Most telling first. `v` is the number without its family's word.
_NUMBERS = (
    (r"(?<![\w-])CP[ -]?(?P<v>\d{2,4})[ -]?(?P<s>[A-Z])?(?![\w])", "CP{}"),
    (r"(?<![\w-])LT[ -]?(?P<v>\d{2,4})(?P<s>[A-Z])?(?![\w])", "LT{}"),
    (
        r"(?<!\w)(?:Letter|LTR|Ltr\.?)\s?(?:No\.?\s*|Number:?\s*|#\s*)?(?P<v>\d{2,4})(?P<s>[- ]?[A-Z]{1,2})?(?![\w/])",
        "Letter {}",
    ),
    (r"(?<![\w-])L-?(?P<v>1058|525|2030|531|3172|3219)(?P<s>[A-Z])?(?![\w])", "Letter {}"),
    (r"(?<![\w-])(?P<v>\d{3,4})(?P<s>CG|C|[- ]J)(?![\w])", "Letter {}"),
)
_STATE_NUMBER = Field(
    "notice_number",
    NAME,
    (
        r"notice (?:number|no\.?|id|#)",
        r"letter (?:id|number|no\.?)",
        r"form (?:number|no\.?)",
        r"document (?:locator )?number",
        r"notice",
    ),
)
_STATE_FORM = re.compile(
    r"(?<![\w-])(?:FTB|DTF|EDTF|REV|DR|TT|IT|AU|EDD|DE|CDTFA|BOE|ST)[ -]\d{2,5}(?:\.\d)?[A-Z]?(?![\w])"
)

FIELDS = (
    Field(
        "notice_date",
        DATE,
        (
            r"notice date",
            r"date of (?:this )?(?:notice|letter)",
            r"letter date",
            r"date issued",
            r"issue date",
            r"mail(?:ing)? date",
            r"date mailed",
            r"date",
        ),
    ),
    Field(
        "taxpayer_id",
        TAX_ID,
        (
            r"(?:your )?(?:social security number|ssn)(?: or (?:individual )?taxpayer identification number)?",
            r"(?:your )?taxpayer (?:id(?:entification)?|i\.d\.)(?: ?(?:number|no\.?))?(?: \(last 4 digits\))?",
            r"taxpayer ids?",
            r"(?:federal )?employer (?:id(?:entification)?|i\.d\.)(?: ?(?:number|no\.?))?",
            r"(?:federal )?f?ein(?: number)?",
            r"(?:tax|account|identifying|identification) (?:id|number|no\.?)",
            r"tin",
            r"ssn(?: ?/ ?(?:ein|itin|tin))?",
        ),
        (r"(?:number|ending in|id|TIN|EIN|SSN)\W{1,4}<taxid>",),
    ),
    Field(
        "respond_by",
        DATE,
        (
            r"(?:please )?(?:respond|reply|response|answer)(?: is)?(?: due)?(?: date)?(?: by| due)?",
            r"last (?:day|date) to (?:file a petition|petition|respond|request|file)(?: with the (?:united states|u\.?s\.?) tax court)?",
            r"(?:payment )?due (?:date|by|on)",
            r"(?:amount|payment|balance) due (?:by|on)",
            r"pay(?:ment)? (?:by|due by|due date)",
            r"(?:protest|appeal|hearing request) (?:by|due|deadline|period ends)",
            r"deadline(?: to respond)?",
            r"(?:request|file|respond|reply|appeal|petition|contest|answer|submit)[a-z ]{0,40} by(?: date)?",
        ),
        (
            r"(?:no later than|on or before|not later than|postmarked by|received by|must (?:file|respond|reply|pay)[^.]{0,60} by|"
            r"respond[^.]{0,60} by|reply[^.]{0,40} by|pay[^.]{0,60} by|disagree[^.]{0,80} by|petition[^.]{0,120} by|due by) <date>",
            r"by <date>",
        ),
    ),
    Field(
        "amount_due",
        MONEY,
        (
            r"(?:total )?amount (?:you owe|due(?: immediately)?|owed)",
            r"(?:total )?(?:balance|payment|amount) (?:due|you owe|owed|payable)",
            r"total (?:due|you owe|amount|liability|proposed (?:amount|change|tax)(?: due)?)",
            r"proposed amount (?:you owe|due)",
            r"total (?:tax )?deficiency|deficiency(?: \(increase in tax\))?",
            r"(?:proposed )?(?:increase in|additional) tax(?: you owe)?",
            r"amount of (?:the )?lien",
            r"assessed balance",
        ),
        (
            r"(?:you (?:still )?owe|amount due (?:is|of)|balance (?:due )?of|deficiency "
            r"(?:is|of)|owe an additional|pay|unpaid (?:balance|amount) of) <money>",
        ),
    ),
)
_YEAR = Field(
    "tax_year",
    YEAR,
    (
        r"tax (?:year|period)s?(?: end(?:ed|ing))?",
        r"(?:for )?(?:calendar |tax )?(?:year|period)s?(?: end(?:ed|ing))?",
        r"taxable year(?: ended)?",
    ),
    (
        r"your <year> (?:Form|(?:federal |income )?tax|return|individual)",
        r"(?:tax|calendar) year(?: ended \w+ \d+,)? <year>",
        r"<year> (?:Form|individual income tax|income tax|federal)",
        r"(?:quarter|period|year) ended \w+ \d+, <year>",
    ),
)
_FORM = re.compile(
    r"\b(?:Form|Tax\s+form|Kind\s+of\s+tax|Form\s+number)(?:\W{0,3}|[^\S\n]{2,40})(?:No\.\s*)?(?P<v>1040(?:-?(?:SR|"
    r"NR|X|ES))?|1065|1120(?:-?[SHC])?|1041|99[0-9](?:-?(?:EZ|PF|T|N))?|"
    r"94[0-5]|706|709|5500(?:-EZ)?|720|2290|1099(?:-\w+)?|W-2|540(?:NR)?|100S?|IT-\d{3}|ST-\d{3})(?![\w])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"^(?:\d+\s+\S|P\.?\s*O\.?\s+Box|[A-Z][\w.' -]+,\s*[A-Z]{2}\s+\d{5})", re.IGNORECASE)
_NAME_LABELS = (
    r"taxpayer(?:\(?s\)?)?(?: name)?",
    r"name of taxpayer",
    r"(?:business |account )?name",
    r"legal name",
    r"in re",
    r"issued to",
)


def read(reading: Reading) -> list[ReadFact]:
    """The facts of a notice. `agency` is the Internal Revenue Service or the state's department as printed."""
    facts = [
        f for f in (_agency(reading), _number(reading), _form(reading), _year(reading), _name(reading)) if f is not None
    ]
    return facts + read_fields(reading, FIELDS)


def is_state(reading: Reading) -> bool:
    """A state's department stands in the letterhead before any federal one."""
    state, federal = _first(reading, STATE_AGENCY), _first(reading, FEDERAL_AGENCY)
    return state is not None and (federal is None or (state.page, state.start) < (federal.page, federal.start))


def _first(reading: Reading, pattern: re.Pattern[str]) -> Span | None:
    for page, match in matches(reading, pattern):
        return Span(page.number, match.start(), match.end(), match.group())
    return None


def _agency(reading: Reading) -> ReadFact | None:
    state = is_state(reading)
    span = _first(reading, STATE_AGENCY if state else re.compile(r"Internal\s+Revenue\s+Service|\bIRS\b")) or _first(
        reading, FEDERAL_AGENCY
    )
    if span is None:
        return None
    name = _titled(squeezed(span.text)) if state else "Internal Revenue Service"
    return fact("agency", NAME, Found(name, span, 0.95), reading)


def _titled(name: str) -> str:
    """A department printed in capitals, as one writes it."""
    if not name.isupper():
        return name
    return re.sub(r"\b(Of|And|The)\b", lambda m: m.group().lower(), name.title())


def _number(reading: Reading) -> ReadFact | None:
    if is_state(reading):
        found = labelled(reading, _STATE_NUMBER.labels[:-1], ENTRY) or _state_form(reading)
        return (
            None if found is None or not re.search(r"\d", found.value) else fact("notice_number", NAME, found, reading)
        )
    candidates = [hit for pattern, form in _NUMBERS for hit in _numbers(reading, pattern, form)]
    if not candidates:
        return None
    # The notice's own number stands in its head or beside the word; others are only mentioned. First place breaks a tie.
    best = max(candidates, key=lambda found: (found.confidence, -found.span.page, -found.span.start))
    return fact("notice_number", NAME, best, reading)


def _state_form(reading: Reading) -> Found | None:
    span = _first(reading, _STATE_FORM)
    return None if span is None else Found(squeezed(span.text), span, 0.8)


def _numbers(reading: Reading, pattern: str, form: str) -> list[Found]:
    found: list[Found] = []
    for page, match in matches(reading, re.compile(pattern)):
        suffix = (match["s"] or "").strip()
        value = form.format(match["v"] + suffix)
        line_start = page.text.rfind("\n", 0, match.start()) + 1
        line_end = page.text.find("\n", match.end())
        before = page.text[line_start : match.start()]
        alone = not page.text[match.end() : line_end if line_end >= 0 else len(page.text)].strip()
        confidence = 0.75
        if re.search(r"(?:^|\||\s{2,}|:)\s*(?:Notice|Letter)?(?:\s+(?:number|no\.?))?\s*:?\s*$", before, re.IGNORECASE):
            confidence = (
                0.97 if alone or re.search(r"(?:Notice|Letter)\W*(?:number|no)?\W*$", before, re.IGNORECASE) else 0.9
            )
        found.append(Found(value, trimmed(page.number, page.text, match.start(), match.end()), confidence))
    return found


def _form(reading: Reading) -> ReadFact | None:
    for page, match in matches(reading, _FORM):
        span = Span(page.number, match.start("v"), match.end("v"), match["v"])
        return fact("tax_form", NAME, Found(_dashed(match["v"].upper()), span, 0.9), reading)
    return None


def _dashed(form: str) -> str:
    """1120S as 1120-S."""
    return re.sub(r"^(1120|1040|990|5500|1099)-?([A-Z]+)$", r"\1-\2", form)


def _year(reading: Reading) -> ReadFact | None:
    found = find(reading, _YEAR)
    return None if found is None else fact("tax_year", YEAR, found, reading)


def _name(reading: Reading) -> ReadFact | None:
    """The labelled name, else the line over the first address that is not the agency's."""
    found = labelled(reading, _NAME_LABELS, NAME)
    if found is not None and _is_name(found.value):
        return fact("taxpayer_name", NAME, found, reading)
    for index, line in enumerate(reading.lines[1:40], start=1):
        for cell in line.cells:
            over = _over(reading, index, cell)
            if _ADDRESS.match(cell.text) and over is not None and _is_name(over.text):
                return fact("taxpayer_name", NAME, Found(squeezed(over.text), over, 0.7), reading)
    return _capitals(reading)


def _capitals(reading: Reading) -> ReadFact | None:
    """The addressee where no address stands below: the first line of its own in capitals that names nothing else."""
    for line in reading.lines[1:30]:
        text = line.text.strip()
        if (
            len(line.cells) == 1
            and text.isupper()
            and len(text.split()) <= 6
            and _is_name(text)
            and not _SHOUTED.search(text)
        ):
            return fact("taxpayer_name", NAME, Found(squeezed(text), line.cells[0], 0.5), reading)
    return None


_SHOUTED = re.compile(
    r"\b(?:your?|we|balance|due|amount|intent|levy|important|action|required|immediate|final|response|respond|payment|reminder|urgent|"
    r"account|summary|pay|overpayment|refund|penalt\w+|interest|state|commonwealth|county|city|collections?|division|bureau|office)\b",
    re.IGNORECASE,
)


def _over(reading: Reading, index: int, cell: Span) -> Span | None:
    above, line = reading.lines[index - 1], reading.lines[index]
    left = cell.start - line.start
    near = [c for c in above.cells if abs((c.start - above.start) - left) <= 3 or len(above.cells) == 1]
    return near[0] if near and above.page == line.page else None


def _is_name(text: str) -> bool:
    agency = r"revenue|treasury|department|service|board|p\.?o\.?\s+box|notice|tax|page|comptroller|stop\b|austin|\bthe\b .* of\b"
    return (
        re.search(agency, text, re.IGNORECASE) is None
        and re.search(r"\d", text) is None
        and 3 < len(text) <= 60
        and len(text.split()) >= 2
        and not text.endswith(":")
    )
