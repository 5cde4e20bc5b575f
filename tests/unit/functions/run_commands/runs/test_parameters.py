"""Parameters of a workflow as somebody types them: read as far as they can be, and refused in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.run_commands.runs.parameters import read_parameters
from shared.runtime.errors import InvalidInputError
from tests.unit.shared.control.runs.samples import a_workflow

TEXT = """\
name: all-kinds
description: One parameter of each kind
role: operator
parameters:
  names: {type: list, of: string}
  numbers: {type: list, of: integer}
  rate: {type: integer}
  share: {type: number}
  dry: {type: boolean}
  note: {type: string}
steps:
  - {name: only, does: work}
"""
WORKFLOW = a_workflow(TEXT)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", {}),
        ("  \n ", {}),
        ("rate=20", {"rate": 20}),
        ("rate=-1  share=0.50 note=a", {"rate": -1, "share": "0.50", "note": "a"}),
        ("rate=many", {"rate": "many"}),  # the workflow says what is wrong with it
        ("rate=1.5", {"rate": "1.5"}),
        ("dry=yes", {"dry": True}),
        ("dry=False", {"dry": False}),
        ("dry=perhaps", {"dry": "perhaps"}),
        ("names=github,jira", {"names": ["github", "jira"]}),
        ("names=github", {"names": ["github"]}),
        ("names=", {"names": []}),
        ('names="two words, three"', {"names": ["two words", "three"]}),
        ("numbers=1,2,x", {"numbers": [1, 2, "x"]}),
        ('note="two words"', {"note": "two words"}),
        ("note=“as telephones do”", {"note": "as telephones do"}),
        ("note=it's", {"note": "it's"}),
        ("note=a=b", {"note": "a=b"}),
        ("note=1", {"note": "1"}),
        ("note=#1 rate=2", {"note": "#1", "rate": 2}),
        ("nothing=7", {"nothing": "7"}),  # nor does it know this
        (r"note=a\b", {"note": r"a\b"}),
    ],
)
def test_values_are_read_as_what_the_workflow_wants_them_to_be(text: str, given: dict[str, Any]) -> None:
    assert read_parameters(text, WORKFLOW) == given


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rate", "rate is not name=value"),
        ("=3", "=3 is not name=value"),
        ("note=two words", "words is not name=value"),
        ("rate=1 rate=2", "rate is there twice"),
        ('note="two', "a quote"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        read_parameters(text, WORKFLOW)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        read_parameters(text, WORKFLOW)
    except InvalidInputError:
        return


@given(st.text(st.characters(exclude_characters='"“”„«»', exclude_categories=["Cs"]), max_size=40))
def test_what_is_in_quotes_arrives_as_it_was_typed(text: str) -> None:
    assert read_parameters(f'note="{text}"', WORKFLOW) == {"note": text}
