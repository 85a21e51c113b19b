"""What holds for every text: words made from facts are never untied, one changed digit always is, and no digit escapes."""

import re
from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workspace.evidence import RecordEvidence
from workspace.tie_out import Fact, from_record, recognise, tie_out


def _fact(kind: str, value: str) -> Fact:
    return from_record("f", kind, value, RecordEvidence("row", kind, value))


_FORMS = {706, 709, 940, 941, 944, 945, 990}
money = st.integers(-(10**8), 10**10).map(lambda n: _fact("money", f"{n // 100}.{abs(n) % 100:02}"))
dates = st.dates(date(1990, 1, 1), date(2069, 12, 31)).map(lambda one: _fact("date", one.isoformat()))
percents = st.integers(0, 99999).map(lambda n: _fact("percent", f"{n / 100:.2f}"))
# A bare 706 is read as the form of that number, not as a count.
counts = st.integers(0, 10**7).filter(lambda n: n not in _FORMS).map(lambda n: _fact("count", str(n)))
years = st.integers(1990, 2049).map(lambda n: _fact("period", str(n)))
quarters = st.builds(
    lambda year, quarter: Fact("q", "period", f"{year}-Q{quarter}", f"Q{quarter} {year}", RecordEvidence("r", "q", "")),
    st.integers(2000, 2049),
    st.integers(1, 4),
)
forms = st.sampled_from(["1040", "1065", "1120-S", "941", "W-2", "K-1", "1099-NEC", "8879", "Schedule C", "FinCEN 114"])
notices = st.sampled_from(["CP2000", "CP14", "LT11", "Letter 531", "Letter 226-J", "5071C", "CP3219A"])
names = st.sampled_from(
    ["Rivera Holdings LLC", "Maria Lopez", "O'Neil & Sons, Inc.", "The Okafor Family Trust", "INV-2026-014"]
)
tax_ids = st.sampled_from(["12-3456789", "XXX-XX-1234", "XX-XXX6789"])
facts = st.one_of(
    money,
    dates,
    percents,
    counts,
    years,
    quarters,
    forms.map(lambda form: _fact("form", form)),
    notices.map(lambda notice: _fact("notice", notice)),
    names.map(lambda name: _fact("name", name)),
    tax_ids.map(lambda tax_id: _fact("tax_id", tax_id)),
)
fillers = st.sampled_from(
    [" is due and ", ", ", "; then ", " — ", " (", ") for ", ".\n\nPlease see ", " | ", "**, ** ", "\n- "]
)


@given(st.lists(facts, min_size=1, max_size=8), st.data())
@settings(max_examples=200)
def test_a_text_made_of_facts_is_never_untied(given_facts: list[Fact], data: st.DataObject) -> None:
    text = "We see "
    for fact in given_facts:
        text += fact.text + data.draw(fillers)
    ticks = tie_out(text, given_facts)
    assert [tick for tick in ticks if tick.status == "untied"] == []
    assert len(ticks) == len(given_facts)


@given(st.lists(facts, max_size=4), st.one_of(money, dates), st.data())
@settings(max_examples=300)
def test_one_changed_digit_unties_that_figure_and_no_other(
    others: list[Fact], victim: Fact, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from([match.start() for match in re.finditer(r"\d", victim.text)]))
    digit = data.draw(st.sampled_from([one for one in "0123456789" if one != victim.text[place]]))
    changed = victim.text[:place] + digit + victim.text[place + 1 :]
    everything = [*others, victim]
    position = data.draw(st.integers(0, len(others)))
    texts = [fact.text for fact in others]
    texts.insert(position, changed)
    said = [(figure.type, figure.value) for figure in recognise(changed)]
    assume(not any((fact.type, fact.canonical) in said for fact in everything))
    ticks = tie_out("We see " + " and then ".join(texts) + ".", everything)
    assert [n for n, tick in enumerate(ticks) if tick.status == "untied"] == [position]


_written = st.text(alphabet="0123456789.,$%-()/ abkmQKM*_|:§#\n", max_size=40)


@given(_written)
@settings(max_examples=400)
def test_no_digit_escapes(text: str) -> None:
    figures = recognise(text)
    covered = {place for figure in figures for place in range(figure.start, figure.end)}
    marker = re.compile(r"(?m)^[ \t>#]*\d{1,2}[.)][ \t]|\[\^?\d{1,2}\]|\b(?:401\(k\)|403\(b\)|457\(b\))")
    structure = {place for match in marker.finditer(text) for place in range(*match.span())}
    digits = {place for place, character in enumerate(text) if character.isdecimal()}
    assert digits <= covered | structure
    ends = [0, *(end for figure in figures for end in (figure.start, figure.end))]
    assert ends == sorted(ends)


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_no_text_breaks_it_and_without_facts_nothing_is_tied(text: str) -> None:
    assert all(tick.status == "untied" for tick in tie_out(text, (), guess_names=True))


def test_a_page_of_number_words_is_read_in_one_go() -> None:
    # Unbounded, the pattern took a minute for this: the suite would be seen to hang.
    assert all(figure.type == "count" for figure in recognise("one hundred and " * 2000))
