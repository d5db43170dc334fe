"""The questions of `readdress init`: from two addresses to a `.env` that works, each login tried at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from automation.address import checked_address, same_mailbox_name
from automation.errors import MailboxStop
from automation.given import Wrong, line
from automation.mailbox import ImapMailbox
from automation.mailbox_access import Proof, Served, ca_given, mailbox_settings, served_at, served_by_its_provider
from automation.oauth import Client, see_signed_in, tokens_of
from automation.password import checked_password, password_of
from automation.url import imap_place

if TYPE_CHECKING:
    from automation.given import Given
    from automation.mailbox import Baseline, MailboxSettings
    from automation.mailbox_choice import Which
    from automation.oauth import Tokens
    from automation.prompts import Asker
    from automation.providers import Provider

ASK = "ask"
WHICH = {"old": "that your account has now", "new": "that it shall have"}
ANY_HOW = (
    "Many providers want an app password here instead of your usual one; it is made in the security settings of the "
    "mail account, and IMAP may have to be switched on there."
)
AFTER_REFUSAL = (
    "p: once more, with another password · s: another server · a: type the codes yourself · k: keep it all the same"
)


def authserv_settings(which: Which, baseline: Baseline, given: Given, asker: Asker) -> dict[str, str]:
    """The name under which the mailbox's own server vouches for letters, proposed from the newest of them."""
    name, server = _name(which, "AUTHSERV_ID"), baseline.server
    if server is None or given.text(name) == server:
        return {}
    asker.say(
        f"Each of the newest letters has a line by which {server} says whether its sender is genuine. If that is your "
        "own mail server, letters with a code can be told from forged ones by it."
    )
    return {name: server} if asker.agrees(f"Believe what {server} says about this mailbox's letters?") else {}


@dataclass
class Interview:
    """The answers so far, and who gives them."""

    asker: Asker
    given: Given
    """What is set already, in the file and in the environment."""
    tokens: Path
    """Where sign-ins by OAuth2 are kept."""
    plain: frozenset[str] = frozenset()
    answers: dict[str, str] = field(default_factory=dict, repr=False)
    """By the names of the settings; an empty one is to be taken out."""

    def hold(self) -> dict[str, str]:
        """Ask everything."""
        old = self._mailbox("old", unlike="")
        self._mailbox("new", unlike=old)
        self._store(old)
        return self.answers

    def _mailbox(self, which: Which, unlike: str) -> str:
        """The address, after its login has worked or was put off."""
        address = self._address(which, unlike)
        served = self._served(which, address)
        while served is not None:
            proof = self._proof(which, address, served)
            if proof is None:
                served = None
                break
            self._note(which, proof)
            asked = self._tried(which, mailbox_settings(address, served, proof, self.plain, self._ca(which)))
            if asked in {"", "k"}:
                return address
            served = None if asked == "a" else self._asked_for_server(which, address) if asked == "s" else served
        self.answers[_name(which, "IMAP_URL")] = ASK
        self.asker.say(f"You will be asked for the codes that come to {address}.")
        return address

    def _address(self, which: Which, unlike: str) -> str:
        name = _name(which, "EMAIL")
        while True:
            text = self.asker.ask(f"The e-mail address {WHICH[which]}", self.given.text(name) or "")
            try:
                address = checked_address(text)
            except ValueError as wrong:
                self.asker.say(str(wrong))
                continue
            if not unlike or not same_mailbox_name(address, unlike):
                self.answers[name] = address
                return address
            self.asker.say("That is the old address again.")

    def _served(self, which: Which, address: str) -> Served | None:
        """As the settings say, else as the table of providers does, else as the person says; None: by hand."""
        name, known = _name(which, "IMAP_URL"), served_by_its_provider(address)
        if self.given.text(name) not in {None, ASK} or known is None or known.provider is None:
            return self._asked_for_server(which, address)
        self.answers[name] = ""
        self.asker.say(
            f"{address} is read at {known.place.host} ({known.provider.name}). {known.provider.remark}".strip()
        )
        return known

    def _asked_for_server(self, which: Which, address: str) -> Served | None:
        name, domain = _name(which, "IMAP_URL"), address.rpartition("@")[2]
        while True:
            self.asker.say(
                f"Where are letters to {domain} read? Type the IMAP server (such as imap.{domain}) or its URL "
                "(imaps://user%40domain@host:993), or “ask” to type the codes yourself."
            )
            text = self.asker.ask("Mail server", self.given.text(name) or "")
            if text.lower() == ASK:
                return None
            url = text if "://" in text else f"imaps://{text}"
            try:
                served = served_at(imap_place(url, self.plain))
            except Wrong as wrong:
                self.asker.say(f"That {wrong}.")
                continue
            self.answers[name] = url
            return served

    def _proof(self, which: Which, address: str, served: Served) -> Proof | None:
        """What opens the mailbox; None where nothing was typed."""
        provider = served.provider or getattr(served_by_its_provider(address), "provider", None)
        if provider and provider.oauth and self._by_oauth(which, provider):
            tokens = self._tokens(which, provider, served.place.user or address)
            return None if tokens is None else Proof(tokens=tokens)
        self.asker.say(provider.how if provider else ANY_HOW)
        secret = provider.secret if provider else "password"
        typed = self._secret(_name(which, "IMAP_PASSWORD"), f"{secret[0].upper()}{secret[1:]} of {address}")
        return Proof(typed) if typed else None

    def _by_oauth(self, which: Which, provider: Provider) -> bool:
        if not provider.takes_passwords or self.given.text(_name(which, "OAUTH_CLIENT")):
            return True
        return self.asker.agrees(
            f"Sign in with your own application at {provider.name} (OAuth2) instead of a password?"
        )

    def _tokens(self, which: Which, provider: Provider, user: str) -> Tokens | None:
        """With the person's own application; None where they have none."""
        assert provider.oauth is not None
        if not provider.takes_passwords:
            self.asker.say(f"{provider.remedy} {provider.how}")
        name = _name(which, "OAUTH_CLIENT")
        client_id = self.asker.ask("Client id of your application (Enter for none)", self.given.text(name) or "")
        if not client_id:
            return None
        self.answers[name] = line(client_id)
        secret = None
        if provider.oauth == "google":
            secret = self._secret(_name(which, "OAUTH_SECRET"), "Its client secret")
        url = self.given.text(_name(which, "OAUTH_URL"))
        return tokens_of(
            Client(provider.oauth, user, client_id, secret, url, self._ca(which) if url else None, self.tokens)
        )

    def _secret(self, name: str, what: str) -> str | None:
        """A password as it is set (by itself or by its command), or typed; None where there is none."""
        if self.given.text(f"{name}_COMMAND") is not None:
            self.asker.say(f"{what}: printed by {name}_COMMAND.")
            return password_of(self.given, name)
        kept = self.answers.get(name) or self.given.text(name)
        hint = "Enter keeps the one that is set" if kept else "Enter for none"
        while True:
            try:
                typed = checked_password(self.asker.ask_unseen(f"{what} (not shown; {hint})"))
            except Wrong as wrong:
                self.asker.say(f"That {wrong}.")
                continue
            if typed:
                self.answers[name] = typed
            return typed or kept

    def _note(self, which: Which, proof: Proof) -> None:
        """What the chosen way of logging in has no use for is taken out."""
        for name in ("IMAP_PASSWORD", "IMAP_PASSWORD_COMMAND") if proof.tokens else ("OAUTH_CLIENT",):
            self.answers[_name(which, name)] = ""

    def _tried(self, which: Which, settings: MailboxSettings) -> str:
        """Log in; empty where that worked, else what the person wants to do about it."""
        box = ImapMailbox(settings)
        try:
            if settings.tokens is not None:
                see_signed_in(settings.tokens, self.asker.say)
            self.asker.say(f"Logging in at {settings.host} …")
            baseline = box.baseline()
            watched = " and ".join(mark.folder for mark in baseline.folders)
            self.asker.say(f"It works: {watched} can be read, {baseline.letters} letters. Nothing there is changed.")
            if settings.ca_file is not None:
                self.answers[_name(which, "IMAP_CA")] = settings.ca_file
            self.answers.update(authserv_settings(which, baseline, self.given, self.asker))
        except MailboxStop as stop:
            self.asker.say(stop.reason.text)
            choices = f"{AFTER_REFUSAL} · c: name its certificate" if stop.reason.kind == "tls" else AFTER_REFUSAL
            choice = self.asker.ask(choices, "p").lower()[:1]
            return self._asked_for_ca(which) if choice == "c" else choice
        finally:
            box.close()
        return ""

    def _ca(self, which: Which) -> str | None:
        return self.answers.get(_name(which, "IMAP_CA")) or ca_given(self.given, f"READDRESS_{which.upper()}")

    def _asked_for_ca(self, which: Which) -> str:
        """Then the login is tried again."""
        file = Path(self.asker.ask("File with its certificate, or its authority's (PEM)")).expanduser().absolute()
        if file.is_file():
            self.answers[_name(which, "IMAP_CA")] = str(file)
        else:
            self.asker.say(f"There is no file {file}.")
        return "p"

    def _store(self, old: str) -> None:
        user, password = "READDRESS_STORE_USER", "READDRESS_STORE_PASSWORD"
        name = self.asker.ask("The name that you sign in to the store with", self.given.text(user) or old)
        if name != old or self.given.text(user):
            self.answers[user] = name
        self.asker.say("The store's password. Without one you sign in yourself, in the browser's window.")
        self._secret(password, f"Password of {name} at the store")


def _name(which: Which, setting: str) -> str:
    return f"READDRESS_{which.upper()}_{setting}"
