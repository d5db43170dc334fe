"""A small token server on loopback: gives out tokens as Microsoft and Google do, and tells Dovecot which are good."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR_S = 3600


@dataclass
class Issuer:
    """Who has signed in, and which tokens are good."""

    user: str
    url: str = ""
    """https; set once it is served."""
    good: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    """Refresh tokens that still work."""
    asked: list[str] = field(default_factory=list)
    """The kinds of grants that were asked for, in order."""
    lifetime_s: int = HOUR_S
    approved: bool = False
    """Whether the person has typed the device code."""
    scopes: set[str] = field(default_factory=set)
    """What people were asked to allow."""
    allows: str = "mail"
    """What the tokens are good for, as the mail server is told."""

    def revoke(self) -> None:
        """All access tokens given out so far are good for nothing any more."""
        self.good.clear()

    def token(self, form: dict[str, str], client: str) -> tuple[int, dict[str, Any]]:
        """What the token endpoint answers."""
        grant = form["grant_type"].rpartition(":")[2]
        self.asked.append(grant)
        if grant == "device_code" and not self.approved:
            return 400, {"error": "authorization_pending"}
        if grant == "refresh_token" and form["refresh_token"] not in self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "AADSTS70000: the grant has been revoked"}
        return 200, self._given(client)

    def _given(self, client: str) -> dict[str, Any]:
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.good.add(access)
        self.refresh.add(refresh)
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": client, "sub": "x", "oid": "x", "tid": "t", "preferred_username": self.user,
            "iat": now, "exp": now + HOUR_S,
        }  # fmt: skip
        return {
            "token_type": "Bearer",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self.lifetime_s,
            "scope": "https://outlook.office.com/IMAP.AccessAsUser.All",
            "id_token": f"{_packed({'alg': 'none'})}.{_packed(claims)}.",
            "client_info": _packed({"uid": "x", "utid": "t"}),
        }


def _packed(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class _Page(BaseHTTPRequestHandler):
    issuer: ClassVar[Issuer]

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        issuer = self.issuer
        if place.path == "/introspect":
            good = query["token"] in issuer.good
            self._say(
                200, {"active": True, "username": issuer.user, "scope": issuer.allows} if good else {"active": False}
            )
        elif place.path.endswith("/openid-configuration"):
            self._say(200, {
                "issuer": issuer.url,
                "authorization_endpoint": f"{issuer.url}/auth",
                "token_endpoint": f"{issuer.url}/token",
                "device_authorization_endpoint": f"{issuer.url}/devicecode",
            })  # fmt: skip
        elif place.path.endswith("/auth"):
            issuer.scopes.add(query["scope"])
            back = urlencode({"state": query["state"], "code": "one-time"})
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}/?{back}")
            self.end_headers()
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        if self.path.endswith("/devicecode"):
            self.issuer.scopes |= set(form["scope"].split())
            self._say(200, {
                "device_code": "device", "user_code": "ABCD-EFGH", "verification_uri": "https://example.test/device",
                "expires_in": 900, "interval": 1, "message": "",
            })  # fmt: skip
        else:
            self._say(*self.issuer.token(form, form["client_id"]))

    def _say(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not know who signed our certificate is what a test wants, and no fault to print."""
        fault = sys.exception()
        if not (isinstance(fault, ssl.SSLError) and fault.reason == "TLSV1_ALERT_UNKNOWN_CA"):
            super().handle_error(request, client_address)


@contextmanager
def served(issuer: Issuer, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve it; its address."""
    page = type("Page", (_Page,), {"issuer": issuer})
    with _Server(("127.0.0.1", 0), page) as server, ExitStack() as stack:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
