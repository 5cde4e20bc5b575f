"""flask-discord-interactions: from nothing to the answer to a PING. Run to be measured, where it is installed."""

import json
import os

import awslambdaric.bootstrap  # noqa: F401 - as in every process of Lambda
from flask import Flask
from flask_discord_interactions import DiscordInteractions

event = json.loads(os.environ["EVENT"])
app = Flask(__name__)
app.config["DISCORD_PUBLIC_KEY"] = os.environ["DISCORD_PUBLIC_KEY"]
DiscordInteractions(app).set_route("/")
answer = app.test_client().post("/", data=event["body"], headers=event["headers"])
if answer.json != {"type": 1}:
    raise SystemExit(f"it did not answer: {answer.status} {answer.text}")
