"""Mailboxes opened with OAuth2 tokens: a real Dovecot that asks a token server, signing in, renewing, refusals."""

from __future__ import annotations

import base64
import ssl
import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from sample_dovecot import Dovecot, dovecot
from sample_servers import EOF, Scripted
from sample_settings import changed, only_problem
from sample_tokens import Issuer, served

from automation.code_request import Asked, request_of
from automation.env_file import EnvFile
from automation.errors import MailboxStop
from automation.mailbox import ImapMailbox, MailboxSettings
from automation.microsoft import MicrosoftTokens
from automation.oauth import Client, Tokens, tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANNA = "anna@outlook.com"
Of = Literal["microsoft", "google"]
SCOPES = {
    "microsoft": "https://outlook.office.com/IMAP.AccessAsUser.All",
    "google": "https://mail.google.com/",
}
BOTH = pytest.mark.parametrize("of", ["microsoft", "google"])


@dataclass
class Place:
    """A Dovecot and the token server that it asks."""

    issuer: Issuer
    mail: Dovecot
    folder: Path

    def client(self, of: Of) -> Client:
        return Client(of, ANNA, "my-client", None, self.issuer.url, self.mail.ca_file, self.folder / "tokens")

    def signed_in(self, of: Of) -> Tokens:
        """The tokens of somebody who does what they are told."""
        tokens = tokens_of(self.client(of))
        self.sign_in(tokens)
        return tokens

    def sign_in(self, tokens: Tokens) -> None:
        def obey(told: str) -> None:
            self.issuer.approved = True
            if "https://127.0.0.1" in told:
                context = ssl.create_default_context(cafile=self.mail.ca_file)
                link = told.splitlines()[-1]
                Thread(target=lambda: urlopen(link, timeout=20, context=context).close()).start()

        tokens.sign_in(obey)

    def sign_in_blindly(self, tokens: Tokens) -> None:
        """Come back from the page without having looked at its certificate."""

        def come_back(told: str) -> None:
            query = parse_qs(urlsplit(told.splitlines()[-1]).query)
            back = f"{query['redirect_uri'][0]}/?state={query['state'][0]}&code=one-time"
            Thread(target=lambda: urlopen(back, timeout=20).close()).start()

        tokens.sign_in(come_back)

    def box(self, tokens: Tokens) -> ImapMailbox:
        return ImapMailbox(self.settings(tokens))

    def settings(self, tokens: Tokens) -> MailboxSettings:
        return replace(self.mail.settings(ANNA), password="", tokens=tokens)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("oauth")) as found:
        yield found


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    issuer = Issuer(ANNA)
    with served(issuer) as asked, dovecot({ANNA: "x"}, tls="implicit", oauth=f"{asked}/introspect?token=") as mail:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(mail.folder / "good.pem")
        with served(issuer, context) as url:
            issuer.url = url
            yield Place(issuer, mail, folder)


@pytest.fixture
def at(running: Place, tmp_path: Path) -> Place:
    """The same servers with nobody signed in."""
    fresh = Issuer(ANNA, running.issuer.url)
    vars(running.issuer).update(vars(fresh))
    return Place(running.issuer, running.mail, tmp_path)


@BOTH
def test_who_has_signed_in_reads_the_mailbox(at: Place, of: Of) -> None:
    box = at.box(at.signed_in(of))
    assert box.baseline().letters == 0
    box.close()
    assert at.issuer.asked[-1] in {"device_code", "authorization_code"}
    assert at.issuer.scopes >= {SCOPES[of]}


@BOTH
def test_the_tokens_are_kept_for_their_owner_alone(at: Place, of: Of) -> None:
    at.signed_in(of)
    [file] = (at.folder / "tokens").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    again = tokens_of(at.client(of))
    asked = list(at.issuer.asked)
    assert {again.access()} == at.issuer.good
    assert at.issuer.asked == asked, "a kept token is used as it is"


@BOTH
def test_a_token_with_less_than_five_minutes_left_is_renewed_before_it_is_used(at: Place, of: Of) -> None:
    at.issuer.lifetime_s = 240
    tokens = at.signed_in(of)
    at.issuer.revoke()
    box = at.box(tokens)
    assert box.baseline().letters == 0
    box.close()
    assert at.issuer.asked[-1] == "refresh_token"
    assert len(at.issuer.good) == 1


@BOTH
def test_a_token_that_the_server_refuses_is_renewed_once(at: Place, of: Of) -> None:
    tokens = at.signed_in(of)
    at.issuer.revoke()  # though it has an hour left
    box = at.box(tokens)
    assert box.baseline().letters == 0
    box.close()
    assert at.issuer.asked.count("refresh_token") == 1


@BOTH
def test_tokens_that_are_refused_stop_with_the_servers_decoded_reason(at: Place, of: Of) -> None:
    at.issuer.allows = "profile"
    tokens = at.signed_in(of)
    stopped = refused(at, tokens)
    assert (stopped.exit_code, stopped.reason.kind) == (6, "login_refused")
    assert "refused the sign-in of a***a@outlook.com by OAuth2: status 401, scope mail." in stopped.reason.text
    assert "readdress init" in stopped.reason.text
    assert at.issuer.asked.count("refresh_token") == 1
    assert not any(token in stopped.reason.text for token in at.issuer.good | at.issuer.refresh)


@BOTH
def test_a_sign_in_that_is_over_stops_with_the_providers_reason(at: Place, of: Of) -> None:
    tokens = at.signed_in(of)
    at.issuer.revoke()
    at.issuer.refresh.clear()
    stopped = refused(at, tokens)
    assert (stopped.outcome, stopped.reason.kind) == ("mailbox", "not_signed_in")
    assert "the grant has been revoked" in stopped.reason.text


@BOTH
def test_whoever_has_not_signed_in_is_told_how(at: Place, of: Of) -> None:
    stopped = refused(at, tokens_of(at.client(of)))
    assert stopped.reason.kind == "not_signed_in"
    assert "run `readdress init`" in stopped.reason.text


@BOTH
def test_a_torn_file_of_tokens_means_signing_in_again(at: Place, of: Of) -> None:
    at.signed_in(of)
    [file] = (at.folder / "tokens").iterdir()
    file.write_bytes(file.read_bytes()[:20])
    assert refused(at, tokens_of(at.client(of))).reason.kind == "not_signed_in"


@BOTH
def test_a_token_host_that_nobody_vouches_for_gets_nothing(at: Place, of: Of) -> None:
    tokens = tokens_of(replace(at.client(of), ca_file=None))
    with pytest.raises(MailboxStop) as stopped:
        at.sign_in(tokens) if of == "microsoft" else at.sign_in_blindly(tokens)
    assert stopped.value.reason.kind == "unreachable"
    assert at.issuer.asked == []


class Counted:
    """Tokens that are numbered."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def access(self, *, fresh: bool = False) -> str:
        self.given += [f"token-{len(self.given)}"] if fresh or not self.given else []
        return self.given[-1]

    def sign_in(self, tell: Callable[[str], None]) -> None:
        raise AssertionError(tell)


OFFERED = b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n{tag} OK done\r\n"
CHALLENGE = (
    b"+ " + base64.b64encode(b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}') + b"\r\n"
)


def scripted(server: Scripted, tokens: Counted) -> ImapMailbox:
    return ImapMailbox(MailboxSettings(ANNA, "127.0.0.1", server.port, ANNA, "", "plain", timeout_s=5, tokens=tokens))


def test_a_server_that_hangs_up_on_a_refused_token_gets_a_fresh_one_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automation.session.BACK_OFF_S", (0.02,) * 3)
    tokens, more = Counted(), [CHALLENGE, b"* BYE\r\n" + EOF]
    with Scripted(CAPABILITY=OFFERED, AUTHENTICATE=b"+ \r\n", MORE=[*more, b"{tag} OK done\r\n"]) as server:
        box = scripted(server, tokens)
        assert box.baseline().letters == 2
        box.close()
    assert tokens.given == ["token-0", "token-1"]
    said = [base64.b64decode(line) for line in server.lines if line.endswith("=") or line == ""]
    assert said == [
        f"user={ANNA}\x01auth=Bearer token-0\x01\x01".encode(),
        b"",
        f"user={ANNA}\x01auth=Bearer token-1\x01\x01".encode(),
    ]


def test_two_refusals_are_the_end_and_the_scope_that_is_wanted_is_told() -> None:
    tokens, refusal = Counted(), [CHALLENGE, b"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"]
    with Scripted(CAPABILITY=OFFERED, AUTHENTICATE=b"+ \r\n", MORE=refusal * 2) as server:
        with pytest.raises(MailboxStop) as stopped:
            scripted(server, tokens).baseline()
        assert server.count("AUTHENTICATE") == 2
    assert tokens.given == ["token-0", "token-1"]
    assert "status 400, scope https://mail.google.com/" in stopped.value.reason.text
    assert "token-" not in stopped.value.reason.text


def test_oauthbearer_is_used_where_there_is_no_xoauth2(at: Place) -> None:
    tokens = at.signed_in("microsoft")
    with dovecot({ANNA: "x"}, oauth=at.mail.oauth, mechanisms="plain oauthbearer") as mail:
        other = replace(at, mail=mail)
        box = other.box(tokens)
        assert box.baseline().letters == 0
        box.close()
        at.issuer.allows = "profile"
        assert "status invalid_token" in refused(other, tokens).reason.text


def test_a_server_without_oauth_gets_no_token(at: Place) -> None:
    tokens = at.signed_in("microsoft")
    with dovecot({ANNA: "x"}) as mail:
        assert "offers no login by OAuth2" in refused(replace(at, mail=mail), tokens).reason.text


def test_a_client_id_in_the_settings_stands_for_tokens_instead_of_a_password(at: Place, tmp_path: Path) -> None:
    environ = {
        "READDRESS_MAILBOX_OAUTH_CLIENT": "my-client",
        "READDRESS_MAILBOX_OAUTH_URL": at.issuer.url,
    }
    asked = Asked(at.mail.url(ANNA), None, ("shop.example",), (), None, None, Path(str(at.mail.ca_file)), False)
    request = request_of(asked, environ, EnvFile(), tmp_path, None)
    assert isinstance(request.mailbox.tokens, MicrosoftTokens)
    assert request.mailbox.password == ""


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("OLD_OAUTH_URL", "http://127.0.0.1:1", "a token never goes there in plain text"),
        ("OLD_OAUTH_URL", "http://tokens.example", "plain http"),
        ("OLD_EMAIL", "anna@old.example", "this provider is not signed in to by OAuth2"),
    ],
)
def test_where_tokens_come_from_is_checked(name: str, value: str, why: str) -> None:
    environ = {"OLD_EMAIL": ANNA, "OLD_IMAP_PASSWORD": "", "OLD_OAUTH_CLIENT": "my-client", name: value}
    assert why in only_problem(changed(**environ))


def refused(at: Place, tokens: Tokens) -> MailboxStop:
    with pytest.raises(MailboxStop) as stopped:
        at.box(tokens).baseline()
    return stopped.value
