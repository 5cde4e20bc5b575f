"""The chart of a digest: what stands in the picture is what was counted."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shared.status.activity import GROUPS
from shared.status.chart import (
    BACKGROUND,
    COLOURS,
    GRID,
    HEIGHT,
    PLOT,
    WIDTH,
    Scale,
    caption,
    draw,
    labels,
    pieces,
    scale_for,
)
from shared.status.period import Period

SINCE = datetime(2026, 2, 28, 16, tzinfo=UTC)
LISTINGS, SCRAPING = COLOURS["listings"], COLOURS["scraping"]
BARS = st.lists(st.dictionaries(st.sampled_from(GROUPS), st.integers(0, 5_000)).map(Counter), min_size=7, max_size=24)


def picture(bars: list[Counter[str]], period: Period) -> Image.Image:
    image = Image.open(BytesIO(draw(bars, period, SINCE)))
    image.load()
    return image


def empty(period: Period) -> list[Counter[str]]:
    return [Counter[str]() for _ in range(period.parts)]


def middle(part: int, period: Period) -> int:
    return round(PLOT[0] + (part + 0.5) * (PLOT[2] - PLOT[0]) / period.parts)


def colours_up(image: Image.Image, x: int) -> list[object]:
    """Each colour that is met from the ground to the top, once; lines of the grid left out."""
    met: list[object] = []
    for y in range(int(PLOT[3]) - 2, int(PLOT[1]), -1):
        colour = image.getpixel((x, y))
        if colour != GRID and (not met or met[-1] != colour):
            met.append(colour)
    return met


@pytest.mark.parametrize("period", [Period.DAILY, Period.WEEKLY])
def test_a_picture_is_a_png_that_is_read_at_half_its_size(period: Period) -> None:
    image = picture(empty(period), period)
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (WIDTH, HEIGHT))
    assert image.getpixel((WIDTH - 1, HEIGHT - 1)) == BACKGROUND
    assert WIDTH >= 2 * 400


@pytest.mark.parametrize("period", [Period.DAILY, Period.WEEKLY])
def test_a_bar_stands_over_its_part_with_its_groups_upon_each_other(period: Period) -> None:
    bars = empty(period)
    bars[2] = Counter(listings=6, scraping=4)
    bars[-1] = Counter(scraping=5)
    image = picture(bars, period)
    assert colours_up(image, middle(2, period)) == [LISTINGS, SCRAPING]
    assert colours_up(image, middle(period.parts - 1, period)) == [SCRAPING, BACKGROUND]
    assert colours_up(image, middle(1, period)) == [BACKGROUND]


def test_the_height_of_a_piece_is_its_count() -> None:
    bars = empty(Period.WEEKLY)
    bars[0] = Counter(listings=30, scraping=10)
    bars[1] = Counter(listings=15)
    image = picture(bars, Period.WEEKLY)
    heights = {
        (part, colour): sum(
            image.getpixel((middle(part, Period.WEEKLY), y)) == colour for y in range(int(PLOT[1]), HEIGHT)
        )
        for part, colour in ((0, LISTINGS), (0, SCRAPING), (1, LISTINGS))
    }
    whole = PLOT[3] - PLOT[1]
    assert heights[0, LISTINGS] == pytest.approx(whole * 30 / 40, abs=2)
    assert heights[0, SCRAPING] == pytest.approx(whole * 10 / 40, abs=2)
    assert heights[1, LISTINGS] == pytest.approx(whole * 15 / 40, abs=2)


def test_the_legend_names_what_is_there_and_nothing_else() -> None:
    def in_legend(*groups: str) -> set[object]:
        bars = empty(Period.WEEKLY)
        bars[3] = Counter(dict.fromkeys(groups, 1))
        image = picture(bars, Period.WEEKLY)
        met: set[object] = {image.getpixel((x, 32)) for x in range(WIDTH)}
        return met & set(COLOURS.values())

    assert in_legend() == set()
    assert in_legend("scraping") == {SCRAPING}
    assert in_legend(*GROUPS) == set(COLOURS.values())


@pytest.mark.parametrize(
    ("box", "what"),
    [
        ((40, 20, 400, 45), "the legend"),
        ((10, 70, 90, 95), "what is counted"),
        ((40, 455, 80, 485), "the zero of the scale"),
        ((90, 478, 970, 505), "when bars begin"),
        ((250, 520, 750, 550), "the caption"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_something_is_written_where_a_label_belongs(box: tuple[int, int, int, int], what: str) -> None:
    bars = empty(Period.DAILY)
    bars[0] = Counter(listings=1)
    shades = picture(bars, Period.DAILY).crop(box).convert("L").tobytes()
    ground, ink = min(shades), max(shades)
    assert (abs(ground - 45) <= 3, abs(ink - 222) <= 3) == (True, True), what


def test_labels_say_when_bars_begin() -> None:
    assert [text for _, text in labels(Period.DAILY, SINCE)] == [
        "16:00",
        "19:00",
        "22:00",
        "01:00",
        "04:00",
        "07:00",
        "10:00",
        "13:00",
    ]
    assert list(labels(Period.WEEKLY, SINCE)) == [
        (0, "Sat 28"),
        (1, "Sun 1"),
        (2, "Mon 2"),
        (3, "Tue 3"),
        (4, "Wed 4"),
        (5, "Thu 5"),
        (6, "Fri 6"),
    ]
    assert caption(Period.DAILY, SINCE) == "hours, UTC, from 28 February"
    assert caption(Period.WEEKLY, SINCE + timedelta(minutes=5)) == "days that begin at 16:05 UTC"


@given(st.integers(0, 10**9))
def test_the_scale_has_room_for_the_highest_bar_and_not_much_more(highest: int) -> None:
    scale = scale_for(highest)
    assert scale.top >= max(highest, 1)
    assert scale.top - highest < scale.step or highest == 0
    assert scale.top % scale.step == 0
    assert 1 <= scale.top // scale.step <= 5
    assert str(scale.step).rstrip("0") in ("1", "2", "5")


@given(BARS)
def test_whatever_is_counted_stays_within_the_plot_and_can_be_seen(bars: list[Counter[str]]) -> None:
    scale = scale_for(max(bar.total() for bar in bars))
    for left, top, right, bottom in (box for box, _ in pieces(bars, scale)):
        assert PLOT[0] <= left <= right <= PLOT[2]
        assert PLOT[1] - 1 <= top <= bottom <= PLOT[3]
    assert sum(1 for _ in pieces(bars, scale)) == sum(count > 0 for bar in bars for count in bar.values())


def test_one_among_a_million_is_still_seen() -> None:
    bars = [Counter(listings=1_000_000), Counter(discord=1)]
    (_, (box, colour)) = pieces(bars, Scale(top=1_000_000, step=200_000))
    assert colour == COLOURS["discord"]
    assert box[3] >= box[1]


def test_the_same_counts_make_the_same_bytes() -> None:
    bars = [Counter({group: number * part for number, group in enumerate(GROUPS)}) for part in range(24)]
    assert draw(bars, Period.DAILY, SINCE) == draw(bars, Period.DAILY, SINCE)
    assert draw(bars, Period.DAILY, SINCE) != draw(bars[::-1], Period.DAILY, SINCE)
