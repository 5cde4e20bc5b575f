"""Tables in columns, whatever stands in them and however narrow the terminal is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.api.table import cut, drawn, fit, fitting, say_table, width_of

COLUMNS = ("run", "status", "error")
ROWS = [
    ["0123456789abcdef0123456789abcdef", "failed", "the service outside did not answer in time"],
    ["x", "ok", "-"],
]


def test_columns_are_as_wide_as_they_have_to_be() -> None:
    assert list(drawn(("a", "bb"), [["1", "2"], ["333", "4"]], width=None)) == ["a    bb", "1    2", "333  4"]


def test_where_no_terminal_is_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    say_table(COLUMNS, ROWS, empty="none")
    assert capsys.readouterr().out.splitlines()[1].endswith("did not answer in time")


def test_a_terminal_is_not_written_over(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    say_table(COLUMNS, ROWS, empty="none")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "0123456789abcdef0123456789abcdef  failed  the service outsi…"
    assert max(map(len, lines)) == 60


def test_without_rows_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    say_table(COLUMNS, [], empty="there are no runs")
    assert capsys.readouterr().out == "there are no runs\n"


def test_the_widest_gives_way_and_the_name_last() -> None:
    assert fitting([32, 6, 42], 100) == [32, 6, 42]
    assert fitting([32, 6, 42], 60) == [32, 6, 18]
    assert fitting([32, 20, 42], 60) == [32, 12, 12]
    assert fitting([32, 6, 42], 40) == [22, 6, 8]
    assert fitting([32, 6, 42], 5) == [8, 6, 8]


def test_pictures_and_east_asian_letters_are_two_wide_and_accents_nothing() -> None:
    assert [width_of(text) for text in ("abc", "中文", "e\u0301", "🙂")] == [3, 4, 1, 2]
    assert cut("中文字", 5) == "中文…"
    assert fit("中", 4) == "中  "


@given(
    rows=st.lists(st.lists(st.text(max_size=70), min_size=3, max_size=3), min_size=1, max_size=4),
    width=st.integers(1, 100),
)
def test_no_line_is_wider_than_the_terminal(rows: list[list[str]], width: int) -> None:
    assert all(width_of(line) <= width for line in drawn(COLUMNS, rows, width=width))
