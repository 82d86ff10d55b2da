"""Canaille, in memory, with the users alice and bob. Prints {"url"} when it listens.

`app` signs users in; its access tokens are JSON Web Tokens for `bellhop`. `machine` gets opaque tokens for itself.
`bellhop` may ask about tokens that are for it.
"""

import json
import logging
import socket

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from werkzeug.serving import make_server

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
url = f"http://127.0.0.1:{port}"

app = create_app(
    {
        "SECRET_KEY": "a secret of this test",
        "SERVER_NAME": f"127.0.0.1:{port}",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False},
        "CANAILLE_OIDC": {},
    }
)


def client(name, **more):
    made = models.Client(
        client_id=name,
        client_name=name,
        client_secret=f"{name}-secret",
        token_endpoint_auth_method="client_secret_basic",
        **more,
    )
    Backend.instance.save(made)
    return made


with app.app_context(), Backend.instance.session():
    for name in ["alice", "bob"]:
        person = models.User(user_name=name, password="correct horse battery", family_name=name, emails=[f"{name}@example.com"])
        Backend.instance.save(person)
    bellhop = client("bellhop", grant_types=["client_credentials"])
    client(
        "app",
        audience=[bellhop],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        redirect_uris=["http://127.0.0.1/callback"],
        scope=["openid", "profile"],
    )
    client("machine", audience=[bellhop], grant_types=["client_credentials"], scope=["profile"])

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", port, app, threaded=True)
print(json.dumps({"url": url}), flush=True)
server.serve_forever()
