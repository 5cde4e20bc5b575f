"""The receiver of interactions, in a process like Lambda's. Run to be measured."""

import json
import os

import awslambdaric.bootstrap  # noqa: F401 - as in every process of Lambda

from functions.receive_interactions.app import handler

answer = handler(json.loads(os.environ["EVENT"]), None)
if json.loads(answer["body"]).get("type") not in (5, 6):
    raise SystemExit(f"it was not taken: {answer}")
