"""Queues that agents have of their own, in the account of the stack."""

from typing import TYPE_CHECKING

from shared.runtime.aws import asking
from shared.runtime.errors import NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class AgentQueues:
    def __init__(self, client: "SQSClient", where: str) -> None:
        self._client = client
        self._where = where  # the address of a queue without its name

    def send(self, queue: str, body: str) -> None:
        """Raises NotFoundError, DependencyError."""
        try:
            with asking("the queue"):
                self._client.send_message(QueueUrl=f"{self._where}/{queue}", MessageBody=body)
        except self._client.exceptions.QueueDoesNotExist:
            raise NotFoundError(f"there is no queue {queue}") from None
