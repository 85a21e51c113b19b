"""Layouts that the readers were not written for are read all the same: kind and every fact."""

import pytest

from ingestion.facts import read_facts, recognise
from ingestion.parse import parse
from store.fact_names import FACTS, KINDS, LISTED, type_of
from tests.facts.other_forms import FORMS
from tests.facts.other_samples import SAMPLES, Sample


@pytest.mark.parametrize("sample", (*SAMPLES, *FORMS), ids=lambda sample: sample.name)
def test_it_is_recognised_and_read(sample: Sample) -> None:
    parsed = parse(sample.name, sample.text.encode())
    kind, _ = recognise(parsed, sample.name)
    read: dict[str, str] = {}
    for fact in read_facts(parsed, kind):
        assert type_of(kind, fact.name, fact.row) == fact.type, f"{fact.name} is not of the list in store/fact_names.py"
        if fact.row is None:
            read.setdefault(fact.name, fact.value)
    assert kind == sample.kind
    assert {name: read.get(name) for name in sample.facts} == sample.facts


def test_the_list_of_names_is_that_of_the_readers() -> None:
    from ingestion.facts import KINDS as READ

    assert set(KINDS) == set(READ) and set(LISTED) <= set(FACTS)
