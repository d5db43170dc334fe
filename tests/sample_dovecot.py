"""A Dovecot of one's own: real folders, real flags, real TLS, and nothing left of it afterwards.

`with dovecot({"anna@example.org": "secret"}, tls="starttls") as mail:` starts it, without root, a fixed port or
LMTP. `sample_post.py` brings it letters.
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from conftest import lacking
from sample_certificates import authority

from automation.mailbox import MailboxSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Tls = Literal["plain", "starttls", "implicit"]
Flags = dict[str, dict[int, frozenset[str]]]

HOST = "127.0.0.1"
INBOX, ARCHIVE, JUNK = "INBOX", "Archive", "Müll & Werbung"
"""The junk folder's name is in nobody's list: only SPECIAL-USE tells what it is for."""
PATIENCE_S = 15
STARTS = 3
"""A port that was free a moment ago may be somebody else's now."""
DAEMON = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
stats_writer_socket_path =
protocols = imap
listen = {host}
login_greeting = {greeting}
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
first_valid_uid = 1
mail_location = sdbox:{folder}/mail/%u
mail_max_userip_connections = {connections}
auth_failure_delay = 0
ssl = {ssl}
{certificate}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Archive {{
    auto = subscribe
  }}
  mailbox "{junk}" {{
    auto = subscribe
    {special_use}
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
OAUTH = """\
auth_mechanisms = {mechanisms}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth.conf
}}
"""
OAUTH_TOKENS = """\
introspection_mode = get
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
scope = mail
"""
LIFELINE = 'exec 3<&0; (cat <&3 >/dev/null; kill $$ 2>/dev/null) & exec "$0" -F -c "$1" 3<&- </dev/null'
"""Dovecot ends when our end of this pipe does, so it outlives nobody."""


@dataclass(frozen=True)
class Dovecot:
    """A running Dovecot; the login name is the address."""

    folder: Path
    port: int
    tls: Tls
    passwords: Mapping[str, str] = field(repr=False)
    junk: str = JUNK
    ca_file: str | None = None
    """Who signed its certificate; None where it has none."""
    oauth: str = ""
    """Where it asks about access tokens; empty: it takes none."""

    @property
    def log(self) -> str:
        """Everything it has logged."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def url(self, user: str) -> str:
        """A mailbox's URL, as the settings want it."""
        scheme = "imaps" if self.tls == "implicit" else "imap"
        return f"{scheme}://{quote(user, safe='')}@{HOST}:{self.port}"

    def settings(self, address: str, user: str | None = None) -> MailboxSettings:
        """How the letters to an address are read, in its own mailbox or in another user's."""
        user = user or address
        ca = self.ca_file
        return MailboxSettings(address, HOST, self.port, user, self.passwords[user], tls=self.tls, ca_file=ca)

    def doveadm(self, *arguments: str, letter: bytes = b"") -> str:
        """What the administrator's command prints."""
        command = ["doveadm", "-c", str(self.folder / "dovecot.conf"), *arguments]
        done = subprocess.run(command, input=letter, capture_output=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def deliver(self, user: str, letter: bytes, folder: str = INBOX) -> None:
        """Put a letter into a folder, dated now and not yet seen by anybody."""
        self.doveadm("save", "-u", user, "-m", folder, letter=letter)

    @contextmanager
    def client(self, user: str, folder: str | None = None) -> Iterator[imaplib.IMAP4]:
        """Another mail program, logged in and, if a folder is named, with it open for writing."""
        with self._connected() as imap:
            imap.authenticate("PLAIN", lambda _: f"\0{user}\0{self.passwords[user]}".encode())
            if folder is not None:
                assert imap.select(spelled(folder))[0] == "OK"
            yield imap

    def flags(self, user: str) -> Flags:
        """The flags of each letter of each folder, by UID; looking changes none, not even Recent."""
        found: Flags = {}
        with self.client(user) as imap:
            for folder in (INBOX, ARCHIVE, self.junk):
                assert imap.select(spelled(folder), readonly=True)[0] == "OK"
                answers = imap.uid("FETCH", "1:*", "(FLAGS)")[1]
                found[folder] = dict(_flags(answer) for answer in answers if isinstance(answer, bytes))
        return found

    @contextmanager
    def _connected(self) -> Iterator[imaplib.IMAP4]:
        context = ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None
        if self.tls == "implicit":
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(HOST, self.port, ssl_context=context, timeout=PATIENCE_S)
        else:
            imap = imaplib.IMAP4(HOST, self.port, timeout=PATIENCE_S)
        with imap:
            if self.tls == "starttls":
                imap.starttls(context)
            yield imap


@contextmanager
def dovecot(
    passwords: Mapping[str, str],
    *,
    tls: Tls = "plain",
    junk: str = JUNK,
    special_use: bool = True,
    connections: int = 100,
    oauth: str = "",
    mechanisms: str = "plain xoauth2 oauthbearer",
) -> Iterator[Dovecot]:
    """A Dovecot with an INBOX, an archive and a junk folder for each user.

    `plain` offers no encryption, `starttls` takes no login without it. `connections` is how many of them one
    user may have at a time. `oauth` is where it asks about access tokens; they open the mailboxes too.
    """
    if DAEMON is None or not _version().startswith("2.3."):
        lacking("Dovecot 2.3")
    folder = Path(mkdtemp(prefix="dovecot-"))  # pytest's own folders are too long for its sockets
    try:
        folder.chmod(0o755)
        (folder / "users").write_text("".join(f"{user}:{word}\n" for user, word in passwords.items()), "utf-8")
        ca = None if tls == "plain" else authority(folder)
        if ca is not None:
            ca.server()
        for start in range(STARTS):
            mail = Dovecot(folder, _free_port(), tls, passwords, junk, ca.file if ca else None, oauth)
            greeting = secrets.token_hex(8)
            _configure(mail, greeting, r"special_use = \Junk" if special_use else "", connections)
            _allow_tokens(mail, mechanisms)
            with _running(mail) as process:
                if not _answers(mail, greeting, process):
                    assert start < STARTS - 1, mail.log
                    continue
                yield mail
                return
    finally:
        shutil.rmtree(folder)


def spelled(folder: str) -> str:
    """A folder's name as IMAP spells it, in quotes: modified UTF-7, letter by letter."""
    name = "".join(sign if sign.isascii() else _in_utf7(sign) for sign in folder.replace("&", "&-"))
    return f'"{name}"'


def _in_utf7(sign: str) -> str:
    return sign.encode("utf-7").decode().replace("+", "&").replace("/", ",").removesuffix("-") + "-"


def _flags(answer: bytes) -> tuple[int, frozenset[str]]:
    uid = int(answer.partition(b"UID ")[2].split()[0].rstrip(b")"))
    return uid, frozenset(flag.decode() for flag in imaplib.ParseFlags(answer))


@cache
def _version() -> str:
    return subprocess.run([str(DAEMON), "--version"], capture_output=True, text=True, check=True).stdout


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as taken:
        return int(taken.getsockname()[1])


def _configure(mail: Dovecot, greeting: str, special_use: str, connections: int) -> None:
    root, own = os.geteuid() == 0, pwd.getpwuid(os.geteuid())
    owner = pwd.getpwnam("nobody") if root else own  # it gives nobody's mail to root
    (mail.folder / "mail").mkdir(exist_ok=True)
    os.chown(mail.folder / "mail", owner.pw_uid, owner.pw_gid)
    certificate = f"ssl_cert = <{mail.folder}/good.pem\nssl_key = <{mail.folder}/good.pem" if mail.ca_file else ""
    text = CONFIGURATION.format(
        folder=mail.folder,
        host=HOST,
        greeting=greeting,
        login_user="dovenull" if root else own.pw_name,
        internal_user="dovecot" if root else own.pw_name,
        internal_group="dovecot" if root else grp.getgrgid(own.pw_gid).gr_name,
        connections=connections,
        ssl="required" if mail.ca_file else "no",
        certificate=certificate,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        junk=mail.junk,
        special_use=special_use,
        imap_port=0 if mail.tls == "implicit" else mail.port,
        imaps_port=mail.port if mail.tls == "implicit" else 0,
    )
    (mail.folder / "dovecot.conf").write_text(text, "utf-8")


def _allow_tokens(mail: Dovecot, mechanisms: str) -> None:
    if mail.oauth:
        (mail.folder / "oauth.conf").write_text(OAUTH_TOKENS.format(url=mail.oauth), "utf-8")
        with (mail.folder / "dovecot.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(OAUTH.format(folder=mail.folder, mechanisms=mechanisms))


@contextmanager
def _running(mail: Dovecot) -> Iterator[subprocess.Popen[bytes]]:
    command = ["sh", "-c", LIFELINE, str(DAEMON), f"{mail.folder}/dovecot.conf"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # its services too; asked politely it takes a second


def _answers(mail: Dovecot, greeting: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether it is this Dovecot that answers; False once it is known that it never will."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with suppress(OSError, imaplib.IMAP4.error), mail._connected() as imap:
            return greeting.encode() in imap.welcome
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            return False
    return False
