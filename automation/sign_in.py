"""Signing in: which name, and a password that is typed once and never again after a no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.address import fits
from automation.errors import NeedsPerson, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automation.flow import Party
    from automation.ledger import Ledger
    from automation.task import Task


class SignIn:
    """The account's name and password, and what the store said of them."""

    def __init__(self, task: Task, ledger: Ledger) -> None:
        self._task, self._ledger = task, ledger
        self._name: Party = "old"
        self._tried: set[Party] = set()
        self._refused = False

    @property
    def name(self) -> str:
        """The name to sign in with: after a change it may be the new address, and the ledger knows."""
        task = self._task
        self._name = "new" if self._by_address and self._ledger.sign_in_with_new(task.new) else "old"
        return task.new if self._name == "new" else task.sign_in_name

    @property
    def party(self) -> Party:
        """Whose mailbox a code at the sign-in goes to: the address that the account has by now."""
        return "new" if self._ledger.sign_in_with_new(self._task.new) else "old"

    @property
    def is_the_persons(self) -> bool:
        """Whether there is no password to type: the person signs in, or an earlier session does."""
        return self._task.password is None

    def may_be(self, shown: Iterable[str]) -> bool:
        """Whether one of the addresses or masks that a page prints may be the name to sign in with."""
        return any(fits(each, self.name) for each in shown)

    @property
    def password(self) -> str:
        """The password; a stop when none is configured, or when the store has refused it in this run."""
        if self._task.password is None:
            raise NeedsPerson(
                "The site asks for the account's password and none is configured. "
                "Set READDRESS_STORE_PASSWORD, or sign in once with readdress login, then run again.",
                kind="password",
            )
        if self._refused:
            raise Refused("The store refused the password in this run; it is not typed again.", kind="wrong_password")
        return self._task.password

    def refused(self, kind: str) -> bool:
        """Remember the no, for this run and the next one's choice of name; True where the other name may be tried.

        That is once, and only while nobody knows which address the account has: after a submit that was not proved.
        """
        in_doubt = kind == "wrong_password" and self._by_address and self._ledger.is_open_for(self._task.new)
        self._tried.add(self._name)
        self._refused = not in_doubt or len(self._tried) > 1
        self._ledger.sign_in_refused(self._name)
        return not self._refused

    @property
    def _by_address(self) -> bool:
        return self._task.sign_in_name.casefold() == self._task.old.casefold()
