"""Where an event is, from its id: the id leads there and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.envelope import address_of, event_id
from shared.runtime.errors import NotFoundError

kinds = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)
subjects = st.text("abc019._:@-", min_size=1, max_size=40)


@given(kinds, subjects, st.integers(1, 9_999_999_999))
def test_an_id_leads_to_kind_subject_and_version(kind: str, subject: str, version: int) -> None:
    assert address_of(event_id(kind, subject, version)) == (kind, subject, version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "::",
        "listing",
        "listing:7",
        "listing::7",
        ":7:1",
        "listing:7:",
        "listing:7:one",
        "listing:7:-1",
        "listing:7:1.0",
        "listing:7: 1",
        "listing:7:²",
        "listing:7:\u0661",
        "listing:7:01",
        "LISTING:7:1",
        "Listing:7:1",
        "listing:7:10000000000",
        "x" * 5_000,
    ],
)
def test_what_is_no_id_leads_nowhere(text: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        address_of(text)
    assert len(str(caught.value)) < 300


@given(st.text())
def test_any_text_is_an_id_or_leads_nowhere(text: str) -> None:
    try:
        kind, subject, version = address_of(text)
    except NotFoundError:
        return
    assert event_id(kind, subject, version) == text
