"""The second address of the account, read on its profile, where it stands below the e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.account import PROFILE, SETTINGS, Account, Shown
from automation.address import mask, which

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automation.look import Sighting
    from automation.run import Run


class SecondAddress(Account):
    """The second address, as the read-only profile shows it; the e-mail above it says whose account it is."""

    printed = ("edit", *PROFILE)
    already = "The account's profile already shows {new}."
    proof = "The account's profile, opened afresh, shows {new} below the e-mail."

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.shown: str | None = None
        """The second address that was read last; None where the profile showed none, or was not read yet."""

    def read_afresh(self) -> str | None:
        """The second address as the profile, opened afresh, shows it; None where it shows none or can't be read."""
        self._afresh()
        return self.shown

    def _afresh(self) -> Shown | None:
        with self.opened() as fresh:
            shown = self._follow(fresh, (*PROFILE, *SETTINGS), where="profile")
            if shown == "new" and self._run.intending:
                self._tell_proof(fresh()[0])
            return shown

    def _read(self, seen: Iterable[Sighting], *, where: str = "profile", full: bool = False) -> Shown | None:
        """Read the profile where it shows: the e-mail first, below it perhaps a second address."""
        del full
        run, sightings = self._run, list(seen)
        for edit in (each for each in sightings if each.landmark.name == "edit"):
            if not edit.items[0].near or _leads_on(sightings, edit):
                continue  # settings that lead on to the profile may have an “Edit” of their own
            main, *further = edit.items[0].near
            self.shown = next(iter(further), None)
            self._page_url = self._page_url or edit.frame.page.url
            fits = self._fits(main, self.shown)
            run.journal.write("second_address", where=where, shown=self.shown and mask(self.shown), fits=fits)
            return fits
        return None

    def _fits(self, main: str, second: str | None) -> Shown:
        """`new` where the wanted address is there already, `old` where it is not, `neither` in another's account."""
        run = self._run
        if which(main, run.old, run.new) in {"new", "neither"}:
            return which(main, run.old, run.new)
        fits = which(second, run.old, run.new) if second else "old"
        return fits if fits in {"new", "both"} else "old"

    def _still(self) -> str:
        return f"does not show {self._run.task.masked(self._run.new)} below the e-mail"


def _leads_on(sightings: Iterable[Sighting], edit: Sighting) -> bool:
    """Whether the page of this “Edit” has another control that leads to the profile."""
    onwards = (each for each in sightings if each.landmark.name in PROFILE and each.frame.page is edit.frame.page)
    return any(each.items[0].said != edit.items[0].said for each in onwards)
