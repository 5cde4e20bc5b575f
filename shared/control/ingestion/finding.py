"""A finding: something about documents that somebody should look at."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

SEVERITIES: Final = ("high", "med", "low")
_LONGEST: Final = 300  # characters of a title
_LONGEST_DETAIL: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`where` is the document it is about; `id` is the same however often it is found."""

    id: str
    type: str
    severity: str
    title: str
    where: str
    detail: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)


def finding(kind: str, severity: str, *, about: str, title: str, where: str, detail: str = "") -> Finding:
    """`about` is what it is known by: what does not change as long as nobody has put it right."""
    return Finding(
        id=sha256(f"{kind}\n{about}".encode(errors="replace")).hexdigest()[:16],
        type=kind,
        severity=severity,
        title=_cut(title, _LONGEST),
        where=_cut(where, _LONGEST),
        detail=_cut(detail, _LONGEST_DETAIL),
    )


def finding_from(kept: Mapping[str, Any]) -> Finding:
    return Finding(**kept)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first, each once."""
    known = {one.id: one for one in findings}
    return sorted(known.values(), key=lambda one: (SEVERITIES.index(one.severity), one.type, one.where, one.title))


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """By severity; those that there are none of are named, too."""
    found = Counter(one.severity for one in findings)
    return {severity: found[severity] for severity in reversed(SEVERITIES)}


def _cut(text: str, most: int) -> str:
    line = " ".join(text.encode(errors="replace").decode().split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
