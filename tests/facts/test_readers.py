"""Each kind in two layouts or more: recognised for what it is, its facts read, every quote verbatim."""

import pytest

from ingestion.facts import read_facts, recognise
from tests.facts.more_samples import SAMPLES as MORE
from tests.facts.samples import SAMPLES, Sample

ALL = (*SAMPLES, *MORE)


def by_name(sample: Sample) -> str:
    return sample.name


@pytest.mark.parametrize("sample", ALL, ids=by_name)
def test_a_document_is_recognised(sample, paper):
    kind, confidence = recognise(paper(sample.text, form=sample.form), f"document.{sample.form}")
    assert kind == sample.kind
    assert 0.5 < confidence <= 1


@pytest.mark.parametrize("sample", ALL, ids=by_name)
def test_its_facts_are_read(sample, paper):
    facts = read_facts(paper(sample.text, form=sample.form), sample.kind)
    values = {name: [f.value for f in facts if f.name == name and f.row is None] for name in sample.facts}
    assert values == {name: [value] for name, value in sample.facts.items()}


@pytest.mark.parametrize("sample", ALL, ids=by_name)
def test_each_fact_quotes_its_page(sample, paper):
    parsed = paper(sample.text, "An appendix.", form=sample.form)
    for fact in read_facts(parsed, sample.kind):
        assert parsed.pages[fact.page - 1].text[fact.start : fact.end] == fact.quote
        assert fact.quote.strip() == fact.quote != ""
        assert 0 < fact.confidence <= 1


def test_an_unsigned_letter_has_no_signature_date(paper):
    sample = next(s for s in ALL if s.name == "engagement agreement fields, unsigned")
    assert "signed_on" not in {f.name for f in read_facts(paper(sample.text), "engagement-letter")}


def test_a_page_read_by_ocr_is_trusted_less(paper):
    from dataclasses import replace

    sample = next(s for s in ALL if s.name == "balance due by date")
    typed = paper(sample.text, form="pdf")
    scanned = replace(typed, pages=tuple(replace(page, source="ocr") for page in typed.pages))
    for before, after in zip(read_facts(typed, "notice"), read_facts(scanned, "notice"), strict=True):
        assert after.value == before.value
        assert after.confidence < before.confidence


def test_a_file_without_words_is_other_without_facts(paper):
    parsed = paper("", "  \n ")
    assert recognise(parsed, "scan.pdf") == ("other", 0.0)
    assert read_facts(parsed, "notice") == ()
