"""From host and password to a logged-in connection: TLS verified, one try, clear refusals."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from automation.address import mask
from automation.bearer import Bearer
from automation.errors import MailboxStop, SettingsStop
from automation.mailbox import Stopped
from automation.wire import Wire

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from automation.mailbox import MailboxSettings
    from automation.oauth import Tokens

MAX_SAID = 160
ANY_REMEDY = (
    "Check user and password; many providers want an app password here, and IMAP switched on in their settings."
)
_FINAL = ("AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED")
_LATER = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]|too many|try again|temporar", re.IGNORECASE)


class Lost(Exception):  # noqa: N818 - the connection is lost, which may be mended
    """The connection is gone, or the server can't do it now: worth another try."""

    flooded = False
    """The server sent more than could be meant for us."""


class Unreachable(Lost):
    """There was no connection at all."""


def log_in(settings: MailboxSettings, stop: threading.Event) -> Wire:
    """A connection that is encrypted as the settings demand, and logged in.

    Raises Lost, Stopped, or a MailboxStop that no further try would mend. The password is sent once.
    """
    wire = _connected(settings, stop)
    try:
        with _explained(settings):
            _encrypt(wire, settings)
            if wire.state == "NONAUTH":
                _log_in(wire, settings)
            _introduce(wire, settings)
    except BaseException:
        with suppress(OSError):
            wire.shutdown()
        raise
    return wire


def said(answer: object, settings: MailboxSettings) -> str:
    """The server's own words, cut short and without the password, for a message."""
    text = answer
    while isinstance(text, (list, tuple)) and text:
        text = text[-1]
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    if settings.password:
        words = words.replace(settings.password, "•••")
    return "".join(c if c.isprintable() else " " for c in words).strip()[:MAX_SAID]


def place(settings: MailboxSettings) -> str:
    """Where the mailbox is served, for a message."""
    return f"{settings.host}:{settings.port}"


def _connected(settings: MailboxSettings, stop: threading.Event) -> Wire:
    if any(sign in settings.user + settings.password for sign in "\r\n\0"):
        raise MailboxStop(
            f"User or password for {place(settings)} holds a line end or NUL. Correct the setting.",
            kind="login_refused",
        )
    _refuse_plain_text(settings)
    # A CA file that can't be used is told of before anything is sent, also where it is needed only after STARTTLS.
    context = _context(settings) if settings.tls == "implicit" or settings.ca_file else None
    with _explained(settings):
        return Wire(
            settings.host,
            settings.port,
            timeout_s=settings.timeout_s,
            context=context if settings.tls == "implicit" else None,
            stop=stop,
        )


def _refuse_plain_text(settings: MailboxSettings) -> None:
    if settings.tls == "plain" and not is_nearby(settings):
        raise SettingsStop(
            f"{place(settings)} is not on this machine, and a password never goes there in plain text. "
            "Use imaps:// in the mailbox's URL, or name the host in READDRESS_PLAIN_HOSTS if it is a container's.",
            kind="plain_text",
        )


def is_nearby(settings: MailboxSettings) -> bool:
    """Whether the mailbox is on this machine or in a container named by the user: plain text may be spoken there."""
    if settings.host in settings.plain_hosts or settings.host == "localhost":
        return True
    try:
        return ip_address(settings.host).is_loopback
    except ValueError:
        return False


def _context(settings: MailboxSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise MailboxStop(
            f"The CA file {settings.ca_file} can't be used ({error.strerror or 'it holds no certificate'}). "
            "Give --imap-ca a PEM file.",
            kind="tls",
        ) from None


def _encrypt(wire: Wire, settings: MailboxSettings) -> None:
    """STARTTLS wherever it is offered; without it only where plain text is allowed."""
    if settings.tls == "implicit":
        return
    if wire.state == "NONAUTH" and "STARTTLS" in wire.capabilities:
        wire.begin_tls(_context(settings))
    elif not is_nearby(settings):
        raise MailboxStop(
            f"{place(settings)} offers no STARTTLS, so the password would go in plain text; it was not sent. "
            "Use imaps:// in the mailbox's URL. If it always worked before, somebody may be in between.",
            kind="tls",
        )


def _log_in(wire: Wire, settings: MailboxSettings) -> None:
    """One try for each user name that it may be; with tokens a second one with a fresh token."""
    if settings.tokens is not None:
        _sign_in(wire, settings, settings.tokens)
        return
    text: object = None
    for user in (settings.user, settings.other_user):
        if user is not None:
            answer, text = _tried(wire, user, settings.password)
            if answer == "OK":
                wire.state = "AUTH"
                return
    _refused(said(text, settings), settings)


def _tried(wire: Wire, user: str, password: str) -> tuple[str, object]:
    answer: str
    text: object
    try:
        if (user + password).isascii() or "AUTH=PLAIN" not in wire.capabilities:
            answer, text = wire.command("LOGIN", _quoted(user), _quoted(password))  # login() takes ASCII only
        else:
            answer, text = wire.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        answer, text = "NO", [str(error).encode()]
    return answer, text


def _sign_in(wire: Wire, settings: MailboxSettings, tokens: Tokens) -> None:
    """XOAUTH2 or OAUTHBEARER; a token that is refused is renewed once."""
    words = ""
    for fresh in (False, True):
        bearer = Bearer(settings.user, settings.host, settings.port, tokens.access(fresh=fresh))
        try:
            answer, text = wire.authenticate(bearer.mechanism(wire.capabilities), bearer.answer)
            words = said(text, settings)
        except imaplib.IMAP4.abort:
            if bearer.refusal is not None:
                tokens.access(fresh=True)  # for the next connection: this one was hung up on us
            raise
        except imaplib.IMAP4.error as error:
            answer, words = "NO", said(error.args, settings)
        if answer == "OK":
            wire.state = "AUTH"
            return
        words = bearer.refusal or words.replace(bearer.token, "•••")
    _refused(words, settings)


def _refused(words: str, settings: MailboxSettings) -> None:
    if _LATER.search(words) and not any(code in words.upper() for code in _FINAL):
        raise Lost(f"{place(settings)} can't log in now: “{words}”")
    users = [mask(user) if "@" in user else user for user in (settings.user, settings.other_user) if user]
    remedy = settings.provider.remedy if settings.provider else ANY_REMEDY
    if settings.tokens is not None:
        raise MailboxStop(
            f"{place(settings)} refused the sign-in of {users[0]} by OAuth2: {words}. The token was renewed once and "
            "refused again. Sign in again with `readdress init`, and check that the application may read mail by IMAP.",
            kind="login_refused",
        )
    tried = "One try was made" if len(users) == 1 else "Each was tried once"
    raise MailboxStop(
        f"{place(settings)} refused the login of {' and of '.join(users)}: “{words}”. {tried}. {remedy}",
        kind="login_refused",
    )


def _quoted(text: str) -> bytes:
    return b'"' + text.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _introduce(wire: Wire, settings: MailboxSettings) -> None:
    """Some servers open nothing for a client that doesn't say its name."""
    _, later = wire.response("CAPABILITY")
    announced = {*wire.capabilities, *(later[-1] or b"").decode("ascii", "replace").upper().split()}
    wanted = settings.provider is not None and settings.provider.id_first
    if wanted or "ID" in announced:
        wire.introduce()


@contextmanager
def _explained(settings: MailboxSettings) -> Iterator[None]:
    """Whatever goes wrong on the way, as Lost or as a MailboxStop with what to do."""
    try:
        yield
    except (Lost, Stopped, MailboxStop):
        raise
    except ssl.SSLCertVerificationError as error:
        raise MailboxStop(
            f"The certificate of {place(settings)} is not valid: {error.verify_message}. The password was not sent. "
            "Check the host; a server with a CA of its own needs --imap-ca FILE.",
            kind="tls",
        ) from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError):
        raise Lost(f"{place(settings)} closed the connection") from None
    except ssl.SSLError as error:
        raise MailboxStop(
            f"No encrypted connection to {place(settings)}: {getattr(error, 'reason', None) or error.args[-1]}. "
            "The password was not sent. Check port and scheme (imaps:// is port 993, imap:// is 143).",
            kind="tls",
        ) from None
    except socket.gaierror:
        raise Unreachable(f"there is no host {settings.host}") from None
    except TimeoutError:
        raise Unreachable(f"{place(settings)} did not answer within {settings.timeout_s:g} s") from None
    except OSError as error:
        raise Unreachable(f"{place(settings)}: {error.strerror or type(error).__name__}") from None
    except imaplib.IMAP4.error as error:
        raise Lost(f"{place(settings)} answered “{said(error.args, settings)}”") from None
