"""What Discord refuses in a message or a form though its schema does not say so.

Source: discord-api-docs, developers/resources/message.mdx ("Embed Limits"), developers/components/reference.mdx,
developers/interactions/receiving-and-responding.mdx.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

MOST_EMBED_TEXT: Final = 6_000  # of all embeds of a message together
EPHEMERAL: Final = 64
_ROW, _BUTTON, _MENU, _LINK = 1, 2, 3, 5  # the last is a style


def broken(body: Mapping[str, Any]) -> list[str]:
    """Of an edit, which may leave out anything."""
    return [*_embeds(body), *_components(body.get("components") or [])]


def broken_by_new(body: Mapping[str, Any]) -> list[str]:
    """Of a message that was not there before."""
    return broken(body) if _says_something(body) else ["content: there is nothing in the message"]


def broken_by_answer(answer: Mapping[str, Any]) -> list[str]:
    """Of what an interaction is answered with."""
    data = answer.get("data") or {}
    kind = answer["type"]
    if kind == 4:
        return broken_by_new(data)
    if kind == 5:
        return [f"data: a deferred answer says nothing but that it is private: {data}"] if set(data) - {"flags"} else []
    if kind == 9:
        return list(_form(data))
    return broken(data) if kind == 7 else []


def _says_something(body: Mapping[str, Any]) -> bool:
    content = str(body.get("content") or "")
    return bool(content.strip() or any(body.get(name) for name in ("embeds", "components", "attachments")))


def _embeds(body: Mapping[str, Any]) -> Iterator[str]:
    embeds = body.get("embeds") or []
    if (used := sum(map(_size, embeds))) > MOST_EMBED_TEXT:
        yield f"embeds: {used} characters together"
    sent = {one.get("filename") for one in body.get("attachments") or []}
    for number, embed in enumerate(embeds):
        if not any(embed.get(name) for name in ("title", "description", "fields", "image", "footer")):
            yield f"embeds.{number}: there is nothing in it"
        url = (embed.get("image") or {}).get("url", "")
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in sent:
            yield f"embeds.{number}.image: {url} is not among the attachments"


def _size(embed: Mapping[str, Any]) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts += [field[name] for field in embed.get("fields") or [] for name in ("name", "value")]
    return sum(len(text or "") for text in texts)


def _components(rows: list[Any]) -> Iterator[str]:
    inside = [one for row in rows for one in row["components"]]
    yield from _same("components: custom_id", [one.get("custom_id") for one in inside])
    for number, row in enumerate(rows):
        kinds = [one["type"] for one in row["components"]]
        if _MENU in kinds and len(kinds) > 1:
            yield f"components.{number}: a menu stands alone in its row"
    for one in inside:
        yield from _button(one) if one["type"] == _BUTTON else _menu(one)


def _button(one: Mapping[str, Any]) -> Iterator[str]:
    if not (one.get("label") or "").strip() and not one.get("emoji"):
        yield "button: it has no label"
    wanted, other = ("url", "custom_id") if one["style"] == _LINK else ("custom_id", "url")
    if not one.get(wanted) or one.get(other):
        yield f"button {one.get('label')}: style {one['style']} has {wanted} and no {other}"


def _menu(one: Mapping[str, Any]) -> Iterator[str]:
    values = [item["value"] for item in one["options"]]
    yield from _same(f"menu {one['custom_id']}: value", values)
    least, most = one.get("min_values", 1), one.get("max_values", 1)
    if not least <= most <= len(values):
        yield f"menu {one['custom_id']}: {least} to {most} of {len(values)}"


def _form(form: Mapping[str, Any]) -> Iterator[str]:
    inputs = [label["component"] for label in form["components"]]
    yield from _same("form: custom_id", [one["custom_id"] for one in inputs])
    for one in inputs:
        least, most = one.get("min_length", 0), one.get("max_length", 4_000)
        filled = one.get("value") or ""
        if least > most or (filled and not least <= len(filled) <= most):
            yield f"input {one['custom_id']}: {len(filled)} characters where {least} to {most} may be"


def _same(what: str, found: list[Any]) -> Iterator[str]:
    given = [one for one in found if one is not None]
    for one in sorted({one for one in given if given.count(one) > 1}):
        yield f"{what} is there more than once: {one}"
