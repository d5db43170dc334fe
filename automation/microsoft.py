"""Tokens for Outlook.com: signed in to by device code, with the user's own public client id."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import msal
from requests import RequestException, Session

from automation.address import mask
from automation.errors import MailboxStop
from automation.files import private_folder, write_private
from automation.oauth import TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from automation.oauth import Client

AUTHORITY = "https://login.microsoftonline.com/consumers"
SCOPES = ["https://outlook.office.com/IMAP.AccessAsUser.All"]  # msal adds offline_access


class MicrosoftTokens:
    """What Microsoft's library keeps for one mailbox, in a file of our own."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._cache = msal.SerializableTokenCache()

    def access(self, *, fresh: bool = False) -> str:
        """A token; the library renews one that has less than five minutes left."""
        with _Reached(self._client):
            app = self._application()
            accounts = app.get_accounts()
            told = app.acquire_token_silent_with_error(SCOPES, accounts[0], force_refresh=fresh) if accounts else None
        self._keep()
        return self._token(told)

    def sign_in(self, tell: Callable[[str], None]) -> None:
        """Show a code, and wait until the person has typed it on Microsoft's page."""
        with _Reached(self._client):
            app = self._application()
            flow = app.initiate_device_flow(scopes=SCOPES)
            if "user_code" not in flow:
                raise _refused(self._client, flow)
            tell(f"Open {flow['verification_uri']} in any browser and type the code {flow['user_code']} there.")
            told = app.acquire_token_by_device_flow(flow)
        self._keep()
        self._token(told)

    def _application(self) -> Any:
        """With what was kept; asks Microsoft (or the place that was set) where its tokens are given out."""
        client = self._client
        with suppress(OSError, ValueError):  # none, or torn: then somebody has to sign in again
            self._cache.deserialize(client.file.read_text("utf-8"))
        return msal.PublicClientApplication(
            client.client_id,
            authority=f"{client.url}/consumers" if client.url else AUTHORITY,
            token_cache=self._cache,
            instance_discovery=None if client.url is None else False,
            http_client=_session(client.ca_file),
        )

    def _keep(self) -> None:
        if self._cache.has_state_changed:
            private_folder(self._client.folder)
            write_private(self._client.file, self._cache.serialize().encode())

    def _token(self, told: dict[str, Any] | None) -> str:
        if told and "access_token" in told:
            return str(told["access_token"])
        raise _refused(self._client, told)


def _session(ca_file: str | None) -> Session:
    """Verified, and no answer is waited for without end."""
    session = Session()
    if ca_file is not None:
        session.verify = ca_file
        session.trust_env = False  # else REQUESTS_CA_BUNDLE would count more
    session.request = partial(session.request, timeout=TIMEOUT_S)  # type: ignore[method-assign]  # as msal does it
    return session


def _refused(client: Client, told: dict[str, Any] | None) -> MailboxStop:
    who = mask(client.user)
    if told is None:
        return MailboxStop(f"Nobody has signed in for {who} yet: run `readdress init`.", kind="not_signed_in")
    lines = str(told.get("error_description") or told.get("error") or "no reason was given").splitlines()
    return MailboxStop(
        f"Microsoft gives no token for {who}: “{lines[0][:200]}”. Sign in again with `readdress init`.",
        kind="not_signed_in",
    )


class _Reached:
    """Whatever goes wrong on the way to Microsoft, as a MailboxStop."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, (RequestException, ValueError)):
            where = self._client.url or AUTHORITY
            raise MailboxStop(
                f"{where} can't be reached for a token ({type(error).__name__}). Check the connection, then run again.",
                kind="unreachable",
            ) from None
