"""Tokens for Gmail: signed in to in the browser, with the user's own desktop client.

Google's device codes are not given out for mail (`https://mail.google.com/` is none of their scopes), so the browser
comes back to a port of this machine instead (RFC 8252, with PKCE).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from automation.address import mask
from automation.errors import MailboxStop
from automation.files import private_folder, write_private
from automation.oauth import SOON_S, TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from automation.oauth import Client

PAGE, TOKENS = "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token"
SCOPE = "https://mail.google.com/"
PATIENCE_S = 600.0
MOST_BYTES = 65_536


class GoogleTokens:
    """One mailbox's access and refresh token, in a file of our own."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._page = f"{client.url}/auth" if client.url else PAGE
        self._tokens = f"{client.url}/token" if client.url else TOKENS

    def access(self, *, fresh: bool = False) -> str:
        """The kept token, else a new one for the kept refresh token."""
        kept = self._kept()
        ends = kept.get("expires_at")
        if not fresh and kept.get("access_token") and isinstance(ends, float) and ends - time.time() > SOON_S:
            return str(kept["access_token"])
        if not kept.get("refresh_token"):
            raise MailboxStop(
                f"Nobody has signed in for {mask(self._client.user)} yet: run `readdress init`.", kind="not_signed_in"
            )
        told = self._asked({"grant_type": "refresh_token", "refresh_token": str(kept["refresh_token"])})
        return self._keep({"refresh_token": kept["refresh_token"], **told})

    def sign_in(self, tell: Callable[[str], None]) -> None:
        """Give out a link, and wait until the browser comes back from it with a code."""
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        with _Landing(state) as landing:
            asked = {
                "client_id": self._client.client_id, "redirect_uri": landing.url, "response_type": "code",
                "scope": SCOPE, "access_type": "offline", "prompt": "consent", "login_hint": self._client.user,
                "state": state, "code_challenge": challenge, "code_challenge_method": "S256",
            }  # fmt: skip
            tell(f"Open this link in a browser on this machine and sign in:\n{self._page}?{urlencode(asked)}")
            code = landing.code()
        if not code:
            raise self._refused("nobody signed in, or said no")
        told = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        self._keep(self._asked({**told, "redirect_uri": landing.url}))

    def _asked(self, form: Mapping[str, str]) -> dict[str, Any]:
        """What the token host answers; a MailboxStop with its reason where it refuses."""
        client = self._client
        sent = {"client_id": client.client_id, **({"client_secret": client.secret} if client.secret else {}), **form}
        request = Request(self._tokens, data=urlencode(sent).encode())  # noqa: S310 - https only, see oauth.py
        context = ssl.create_default_context(cafile=client.ca_file)
        try:
            with urlopen(request, timeout=TIMEOUT_S, context=context) as answer:  # noqa: S310 - as above
                return dict(json.loads(answer.read(MOST_BYTES)))
        except HTTPError as refused:
            raise self._refused(_reason(refused.read(MOST_BYTES))) from None
        except (OSError, ValueError, TypeError) as error:
            raise MailboxStop(
                f"{self._tokens} can't be reached for a token ({type(error).__name__}). "
                "Check the connection, then run again.",
                kind="unreachable",
            ) from None

    def _refused(self, reason: str) -> MailboxStop:
        return MailboxStop(
            f"Google gives no token for {mask(self._client.user)}: “{reason}”. Sign in again with `readdress init`.",
            kind="not_signed_in",
        )

    def _kept(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._client.file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    def _keep(self, told: Mapping[str, Any]) -> str:
        if not isinstance(told.get("access_token"), str):
            raise self._refused("its answer holds no token")
        kept = {name: told.get(name) for name in ("access_token", "refresh_token")}
        lasts_s = told.get("expires_in")
        kept["expires_at"] = time.time() + (lasts_s if isinstance(lasts_s, int) else 0)
        private_folder(self._client.folder)
        write_private(self._client.file, json.dumps(kept).encode())
        return str(told["access_token"])


def _reason(body: bytes) -> str:
    try:
        told = json.loads(body)
        text = str(told.get("error_description") or told.get("error"))
    except (ValueError, AttributeError):
        text = "no reason was given"
    return "".join(c if c.isprintable() else " " for c in text)[:200]


class _Landing:
    """A port of this machine that the browser comes back to, once."""

    def __init__(self, state: str) -> None:
        self._found: dict[str, str] = {}
        found = self._found

        class Page(BaseHTTPRequestHandler):
            timeout = 5.0

            def do_GET(self) -> None:
                told = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                if secrets.compare_digest(told.get("state", "").encode(), state.encode()):
                    found.update(told)
                self.send_response(200 if found else 404)
                self.end_headers()
                self.wfile.write(b"You may close this page and go back to the terminal." if found else b"")

            def log_message(self, *_: object) -> None:
                """Say nothing: the line would hold the code."""

        self._server = HTTPServer(("127.0.0.1", 0), Page)
        self._server.timeout = 1.0
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def code(self) -> str | None:
        """The code that the browser brings; None where the person said no, or nothing in time."""
        until = time.monotonic() + PATIENCE_S
        while not self._found and time.monotonic() < until:
            self._server.handle_request()
        return self._found.get("code")
