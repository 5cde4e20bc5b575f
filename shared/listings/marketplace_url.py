"""When two marketplace addresses mean the same item."""

import unicodedata
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from shared.runtime.errors import InvalidInputError

MAX_URL_LENGTH: Final = 2048
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Added by whoever passes a link on; they say where a visitor came from, never what is sold.
_TRACKING_PREFIXES: Final = ("utm_", "__cft__", "mc_", "_trk")
_TRACKING: Final = frozenset(
    {"fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid",
     "_ga", "__tn__", "referral_code", "referral_story_type"}
)  # fmt: skip


def normalised(url: str) -> str:
    """The one spelling of a URL: scheme and host in lower case, no default port, fragment, tracking, last slash.

    Raises InvalidInputError where it is no web address.
    """
    url = unicodedata.normalize("NFC", url.strip())
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        raise InvalidInputError("the url must not hold spaces or control characters")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise InvalidInputError("the url cannot be read") from None
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host or parts.username is not None:
        raise InvalidInputError("the url must start with http:// or https:// and a host")
    scheme = parts.scheme.lower()
    host = f"[{host}]" if ":" in host else host
    netloc = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    return urlunsplit((scheme, netloc, parts.path.rstrip("/"), _without_tracking(parts.query), ""))


def _without_tracking(query: str) -> str:
    kept = (pair for pair in query.split("&") if pair and not _is_tracking(pair.partition("=")[0].lower()))
    return "&".join(kept)


def _is_tracking(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
