"""The chat bot: asked to write to a seller, and what became of it. The contract is docs/services.md."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from shared.listings.facts import amount
from shared.listings.listing import Listing
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict

NAME: Final = "chatterbot"
_STATUSES: Final = ("sent", "pending", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Messaged:
    """What the chat bot knows of a message. `sent` is False where it has taken it on and will say when it is."""

    sent: bool
    conversation_thread_id: str | None = None
    seller_messenger_id: str | None = None

    def details(self) -> dict[str, str]:
        known = {
            "conversation_thread_id": self.conversation_thread_id,
            "seller_messenger_id": self.seller_messenger_id,
        }
        return {name: value for name, value in known.items() if value}


def message_call(listing: Listing, *, key: str, callback_url: str) -> Call:
    return Call(
        method="POST",
        path="/messages",
        headers={"Idempotency-Key": key},
        json={
            "listing_id": listing.id,
            "listing_url": listing.marketplace_url,
            "camera_name": f"{listing.brand} {listing.model}",
            "title": listing.title,
            "price": amount(listing.asking_price),
            "currency": listing.currency,
            "template_type": "interest",
            "callback_url": callback_url,
        },
        repeatable=False,
    )


def find_call(listing_id: str) -> Call:
    return Call(method="GET", path=f"/messages?{urlencode({'listing_id': listing_id})}", repeatable=True)


class Chatterbot:
    def __init__(self, service: Service, *, callback_url: str) -> None:
        self._service = service
        self._callback_url = callback_url

    def find(self, listing: Listing) -> Messaged | None:
        """What became of an earlier try; None where there surely was none.

        Raises ServiceError: AMBIGUOUS where the chat bot cannot tell, TERMINAL where it has given up.
        """
        answer = self._service.look_up(find_call(listing.id))
        messages = _messages(answer, listing.id)
        if messages is None:
            raise ServiceError(NAME, Verdict.AMBIGUOUS, "its list of messages cannot be read", answer=answer)
        if not messages:
            return None
        by_status = {message["status"]: message for message in messages}
        if "sent" in by_status:
            return _messaged(by_status["sent"], sent=True)
        if "pending" in by_status:
            return Messaged(sent=False)
        raise ServiceError(NAME, Verdict.TERMINAL, "the message failed", answer=answer)

    def write_to_seller(self, listing: Listing, *, key: str) -> Messaged:
        """Raises ServiceError."""
        answer = self._service.ask(message_call(listing, key=key, callback_url=self._callback_url))
        if answer.status == 202:
            return Messaged(sent=False)
        said = answer.json()
        if not isinstance(said, dict) or not isinstance(said.get("success"), bool):
            raise ServiceError(NAME, Verdict.AMBIGUOUS, f"{answer.status} without a result", answer=answer)
        if not said["success"]:
            raise ServiceError(NAME, Verdict.TERMINAL, str(said.get("error") or "not sent")[:300], answer=answer)
        return _messaged(said, sent=True)


def _messages(answer: Answer, listing_id: str) -> list[dict[str, Any]] | None:
    """Those about this listing; None where the answer says something that the contract does not know."""
    said = answer.json()
    messages = said.get("messages") if isinstance(said, dict) else None
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        return None
    ours = [message for message in messages if message.get("listing_id", listing_id) == listing_id]
    return ours if all(message.get("status") in _STATUSES for message in ours) else None


def _messaged(said: dict[str, Any], *, sent: bool) -> Messaged:
    return Messaged(
        sent=sent,
        conversation_thread_id=_text(said.get("conversation_thread_id")),
        seller_messenger_id=_text(said.get("seller_messenger_id")),
    )


def _text(value: Any) -> str | None:
    return value[:256] if isinstance(value, str) and value.strip() else None
