"""Which of its routes a stand-in takes for a request."""

from collections.abc import Callable, Mapping

from tests.stand_ins.http import Answer, Request

Route = Callable[[Request], Answer]


def found(routes: Mapping[str, Route], request: Request) -> Route | None:
    """The route of exactly this line, of all right below a path, or of a pattern."""
    line = request.line
    upper = f"{line.rpartition('/')[0]}/"
    if route := routes.get(line) or routes.get(upper):
        return route
    segments = line.split("/")
    return next((route for pattern, route in routes.items() if _fits(pattern.split("/"), segments)), None)


def _fits(pattern: list[str], segments: list[str]) -> bool:
    return len(pattern) == len(segments) and all(
        wanted == given or (wanted == "{}" and given != "") for wanted, given in zip(pattern, segments, strict=True)
    )
