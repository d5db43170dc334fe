"""What must be settled before a run may begin: somebody to ask, letters that can be proved, hosts that are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from automation.chosen_browser import allow_attaching
from automation.errors import NeedsPerson, SettingsStop
from automation.flow import MESSAGE

if TYPE_CHECKING:
    from automation.flow import Flow, Party
    from automation.person import Person
    from automation.settings import Settings
    from automation.store import Store
    from automation.task import Signals


def allow(settings: Settings, store: Store, flow: Flow, person: Person, signals: Signals) -> None:
    """Stop at once when something will be asked that nobody is there to answer; a Ctrl-C at a question is obeyed."""
    if not settings.yes and not settings.dry_run and not person.there:
        if flow.deed is MESSAGE:
            raise NeedsPerson(
                "The message to support is shown to a person before it is sent, and this is no terminal. Say --yes to "
                "send it unseen.",
                kind="no_terminal",
            )
        raise SettingsStop(
            "Nobody can be asked before the address is changed: this is no terminal. Say --yes to change it without "
            "a question, or --dry-run to rehearse.",
            kind="no_terminal",
        )
    choices = [settings.old if party == "old" else settings.new for party in flow.mailboxes]
    if any(choice.imap is None for choice in choices) and not person.there:
        raise NeedsPerson(
            "A mailbox is set to `ask`, and this is no terminal where a code could be typed.", kind="no_terminal"
        )
    for party in flow.mailboxes:
        allow_senders(settings, party)
    _allow_origin(settings, store, person, signals)
    allow_attaching(settings, person, signals)


def allow_senders(settings: Settings, party: Party, proposed: str | None = None) -> None:
    """Stop where letters could only be taken by their From address and nobody has said that this will do.

    `proposed` is a setting that would help.
    """
    choice = settings.old if party == "old" else settings.new
    if choice.imap is None or settings.trusts_senders_to(choice) or settings.trust_in(choice).can_prove:
        return
    name = f"READDRESS_{party.upper()}_AUTHSERV_ID"
    mend = (
        f"Your newest letters propose {proposed}: set it if that is your mail server's name"
        if proposed
        else "Set it to the name with which your mail server's Authentication-Results begin (`readdress check` looks "
        "for it)"
    )
    raise SettingsStop(
        f"{name}: nothing says yet how a letter at {choice.imap.host} is known to come from the store. {mend}, or set "
        "READDRESS_DKIM=yes to have signatures checked with keys from DNS. Else say --trust-sender to take letters by "
        f"their From address, or set READDRESS_{party.upper()}_IMAP_URL=ask and type the code yourself.",
        kind="unproved_senders",
    )


def _allow_origin(settings: Settings, store: Store, person: Person, signals: Signals) -> None:
    host = urlsplit(store.start).hostname
    if store.shipped or settings.store_url_named or settings.is_near(host):
        return
    question = (
        f"{host} is not one of {store.title}'s own hosts. Type the password and codes of "
        f"{settings.store_user} there? [y/N]"
    )
    answer = person.ask_now(question, signals)
    if answer is None or answer.casefold() not in {"y", "yes"}:
        raise SettingsStop(
            f"READDRESS_STORE_URL names {host}, which is not one of {store.title}'s own hosts. If you mean it, say so "
            f"on the command line: --store-url {settings.store_url}",
            kind="foreign_store",
        )
