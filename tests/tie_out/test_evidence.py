"""The JSON of evidence is the contract's, and nothing is lost on the way there and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.evidence import (
    DerivedEvidence,
    DocumentEvidence,
    Evidence,
    MessageEvidence,
    RecordEvidence,
    from_json,
    to_json,
)

_text = st.text(max_size=20)
_place = st.integers(0, 10_000)
_leaves: st.SearchStrategy[Evidence] = st.one_of(
    st.builds(DocumentEvidence, _text, _text, st.integers(1, 500), _place, _place, _text),
    st.builds(RecordEvidence, _text, _text, _text),
    st.builds(MessageEvidence, _text, _place, _place, _text),
)
evidence = st.recursive(
    _leaves,
    lambda inner: st.builds(DerivedEvidence, _text, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)


@given(evidence)
def test_json_and_back_is_the_same(one: Evidence) -> None:
    assert from_json(json.loads(json.dumps(to_json(one)))) == one


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (
            DocumentEvidence("doc_1", "ver_1", 2, 10, 16, "$4,200"),
            {
                "kind": "document",
                "document": "doc_1",
                "version": "ver_1",
                "page": 2,
                "start": 10,
                "end": 16,
                "quote": "$4,200",
            },
        ),
        (
            RecordEvidence("INV-7", "amount", "4200.00"),
            {"kind": "record", "record": "INV-7", "field": "amount", "value": "4200.00"},
        ),
        (
            MessageEvidence("m@x", 0, 5, "hello"),
            {"kind": "message", "message_id": "m@x", "start": 0, "end": 5, "quote": "hello"},
        ),
        (DerivedEvidence("sum() = 0.00", ()), {"kind": "derived", "formula": "sum() = 0.00", "inputs": []}),
    ],
)
def test_each_kind_has_exactly_the_keys_of_the_contract(one: Evidence, expected: dict[str, object]) -> None:
    assert to_json(one) == expected


def test_an_unknown_kind_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(ValueError, match="no kind of evidence"):
        from_json({"kind": "hearsay"})
