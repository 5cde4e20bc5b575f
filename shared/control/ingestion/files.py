"""Files of a repository that are documents: which of them, and what they say."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from shared.control.ingestion import markdown
from shared.control.ingestion.envelope import ASCIIDOC, LARGEST, MARKDOWN, OPENAPI, PLAIN, RST
from shared.control.ingestion.openapi import read_api

_KINDS: Final = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".rst": RST,
    ".adoc": ASCIIDOC,
    ".asciidoc": ASCIIDOC,
    ".txt": PLAIN,
}
_API_ENDINGS: Final = frozenset({".json", ".yaml", ".yml"})
_API_NAMES: Final = ("openapi", "swagger")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """`sha` is of its content; `size` in bytes."""

    path: str
    sha: str
    size: int


def kind_of(path: str) -> str | None:
    """Its content type; None where it is no document. Of JSON and YAML, what is named after OpenAPI."""
    file = PurePosixPath(path.lower())
    if file.suffix in _API_ENDINGS:
        return OPENAPI if any(name in file.name for name in _API_NAMES) else None
    return _KINDS.get(file.suffix)


def document_of(file: File, content: bytes | None) -> dict[str, Any] | None:
    """Title, content, content_type, metadata. What is not read (`None`, or no UTF-8) is listed without its content.

    None where it turns out to be no document: a file that is only named like one.
    """
    kind = kind_of(file.path)
    text = _text(content)
    if text is None:
        reason = f"larger than {LARGEST} bytes" if content is None else "not UTF-8"
        return _document(file, kind, "", PurePosixPath(file.path).name, {"left_out": reason})
    if kind == OPENAPI:
        api = read_api(text)
        return _document(file, kind, text, api.title, {"api_version": api.version}) if api else None
    title = markdown.title_of(markdown.without_fences(text)) if kind != PLAIN else None
    return _document(file, kind, text, title or PurePosixPath(file.path).name, {})


def _document(file: File, kind: str | None, content: str, title: str, metadata: dict[str, str]) -> dict[str, Any]:
    return {"title": title, "content": content, "content_type": kind, "metadata": metadata}


def _text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
