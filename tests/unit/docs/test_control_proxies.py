"""What docs/control-proxies.md says in tables is what the code does."""

import re
from pathlib import Path

from shared.control.proxies.levels import LEVEL_OF_FIELD, LEVEL_OF_WORD, Level
from shared.control.proxies.patterns import PATTERNS
from shared.control.proxies.quality import _TABLE
from shared.runtime.configuration import Configuration

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "control-proxies.md").read_text(encoding="utf-8")


def rows(level: Level) -> set[str]:
    (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| {level} |"))
    return set(re.findall(r"`(\w+)`", line))


def test_the_table_of_levels_is_that_of_the_code() -> None:
    for level in (Level.ERROR, Level.WARN):
        assert rows(level) == {word for word, one in LEVEL_OF_WORD.items() if one is level}
    assert all(f"`{name}`" in PAGE for name in LEVEL_OF_FIELD)


def test_the_points_of_quality_are_those_of_the_code() -> None:
    section = PAGE.partition("| reason | costs |")[2].partition("\n## ")[0]
    assert [int(points) for points in re.findall(r"\| (\d+) \|", section)] == [points for points, _ in _TABLE]


def test_the_settings_it_names_are_settings() -> None:
    named = set(re.findall(r"`([A-Z_]{6,})`", PAGE.partition("## Errors")[0]))
    assert {name.lower() for name in named} <= set(Configuration.__slots__)


def test_a_hint_it_does_not_name_is_none() -> None:
    listed = PAGE.partition("`hints` counts")[2].partition("\n\n")[0].casefold()
    assert all(name.casefold().split()[0] in listed for name in PATTERNS)
