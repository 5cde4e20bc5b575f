"""Whatever keeps the relay from noting how far it has come, the events are not put on the bus again for it."""

from datetime import datetime

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from functions.relay_events import app
from shared.runtime.errors import DependencyError
from tests.unit.functions.relay_events.test_service import a_life


@pytest.mark.parametrize(
    "error",
    [
        DependencyError("the state store cannot answer now"),
        ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no table"}}, "PutItem"),
        NoCredentialsError(),
    ],
)
def test_a_note_that_cannot_be_made_is_done_without(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unwritable:
        def relayed(self, event: datetime) -> None:
            raise error

    monkeypatch.setattr(app, "mark", Unwritable())
    app.keep_mark(a_life())
