"""What documents say: read several at once, and for no longer than there is time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

from shared.control.proxies.documents import Document
from shared.runtime.clock import Clock
from shared.runtime.errors import NotFoundError

AT_ONCE: Final = 16
PATIENCE: Final = timedelta(seconds=12)


class Contents:
    """Documents with their contents, in their order; those that are gone meanwhile are left out.

    `is_cut`, once they are read: there was no time for all of them. Reading raises DependencyError.
    """

    def __init__(self, documents: Sequence[Document], *, clock: Clock) -> None:
        self.is_cut = False
        self._documents = documents
        self._clock = clock

    def __iter__(self) -> Iterator[tuple[Document, str]]:
        ends = self._clock() + PATIENCE
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for start in range(0, len(self._documents), AT_ONCE):
                if self._clock() > ends:
                    self.is_cut = True
                    return
                some = self._documents[start : start + AT_ONCE]
                for document, content in zip(some, pool.map(_read, some), strict=True):
                    if content is not None:
                        yield document, content


def _read(document: Document) -> str | None:
    try:
        return document.read()
    except NotFoundError:
        return None
