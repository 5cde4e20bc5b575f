"""The events of a period as a picture: a bar for each hour or day, in it a piece for each group."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

from shared.status.activity import GROUPS
from shared.status.period import Period

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom

WIDTH: Final = 1_000  # Discord shows a picture 400 to 550 wide: half the size has to be readable, too
HEIGHT: Final = 560
BACKGROUND: Final[Colour] = (43, 45, 49)
INK: Final[Colour] = (219, 222, 225)
GRID: Final[Colour] = (78, 80, 88)
# Of one brightness each beside the next, and told apart by those who see red and green alike (Okabe and Ito).
COLOURS: Final[Mapping[str, Colour]] = dict(
    zip(
        GROUPS,
        ((86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (240, 228, 66), (150, 152, 157)),
        strict=True,
    )
)
PLOT: Final[Box] = (90, 110, 970, 470)
_FONT_SIZE: Final = 24
_LABELS: Final = 8  # at most, under the bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """`top` is the count at the upper end, `step` that from one line to the next."""

    top: int
    step: int

    def height(self, count: float) -> float:
        """In pixels."""
        return (PLOT[3] - PLOT[1]) * count / self.top


def draw(bars: Sequence[Counter[str]], period: Period, since: datetime) -> bytes:
    """PNG. The same counts make the same bytes, as long as Pillow is the same."""
    from PIL import Image, ImageDraw, ImageFont  # a tenth of a second, and only charts need it

    image = Image.new("RGB", (WIDTH, HEIGHT), BACKGROUND)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(_FONT_SIZE)
    scale = scale_for(max((bar.total() for bar in bars), default=0))
    _grid(pen, font, scale)
    for box, colour in pieces(bars, scale):
        pen.rectangle(box, fill=colour)
    for number, text in labels(period, since):
        pen.text((_middle(number, period.parts), PLOT[3] + 10), text, fill=INK, font=font, anchor="mt")
    pen.text((WIDTH / 2, HEIGHT - 14), caption(period, since), fill=INK, font=font, anchor="mb")
    _legend(pen, font, bars)
    kept = BytesIO()
    image.save(kept, format="PNG", optimize=True)
    return kept.getvalue()


def scale_for(highest: int) -> Scale:
    """Lines at 1, 2 or 5 times a power of ten, three to five of them above the ground."""
    step = next(step for step in _steps() if step * 5 >= highest)
    return Scale(top=max(-(-highest // step), 1) * step, step=step)


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def pieces(bars: Sequence[Counter[str]], scale: Scale) -> Iterator[tuple[Box, Colour]]:
    """From the ground upwards. What is there at all is to be seen: no piece is thinner than a pixel."""
    gap = 6 if len(bars) > 7 else 24
    width = (PLOT[2] - PLOT[0]) / len(bars)
    for number, bar in enumerate(bars):
        left, below = PLOT[0] + number * width + gap / 2, 0
        for group in GROUPS:
            if not bar[group]:
                continue
            low, high = PLOT[3] - scale.height(below), PLOT[3] - scale.height(below + bar[group])
            yield (
                (round(left), min(round(high), round(low) - 1), round(left + width - gap), round(low) - 1),
                COLOURS[group],
            )
            below += bar[group]


def labels(period: Period, since: datetime) -> Iterator[tuple[int, str]]:
    """When bars begin, of as many as have room: by the number of the bar."""
    every = -(-period.parts // _LABELS)
    for number in range(0, period.parts, every):
        begins = since + number * period.length / period.parts
        yield number, f"{begins:%H:%M}" if period is not Period.WEEKLY else f"{begins:%a} {begins.day}"


def caption(period: Period, since: datetime) -> str:
    if period is Period.WEEKLY:
        return f"days that begin at {since:%H:%M} UTC"
    return f"hours, UTC, from {since.day} {since:%B}"


def _grid(pen: "ImageDraw", font: "FreeTypeFont | ImageFont", scale: Scale) -> None:
    for count in range(0, scale.top + 1, scale.step):
        y = round(PLOT[3] - scale.height(count))
        pen.line((PLOT[0], y, PLOT[2], y), fill=GRID, width=2)
        pen.text((PLOT[0] - 12, y), f"{count:,}", fill=INK, font=font, anchor="rm")
    pen.text((14, 72), "events", fill=INK, font=font, anchor="lt")


def _legend(pen: "ImageDraw", font: "FreeTypeFont | ImageFont", bars: Sequence[Counter[str]]) -> None:
    counted = sum(bars, Counter[str]())
    left = 14.0
    for group in GROUPS:
        if counted[group]:
            pen.rectangle((left, 22, left + 20, 42), fill=COLOURS[group])
            pen.text((left + 30, 32), group, fill=INK, font=font, anchor="lm")
            left += 30 + pen.textlength(group, font=font) + 28


def _middle(number: int, parts: int) -> float:
    return PLOT[0] + (number + 0.5) * (PLOT[2] - PLOT[0]) / parts
