"""What the site may put between two steps, and how the run gets past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.flow import interruption

if TYPE_CHECKING:
    from automation.run import Run


@interruption("sign_in", shows="sign_in_name")
def sign_in(run: Run) -> None:
    """The site asks to sign in."""
    run.type_sign_in_name("sign_in_name")
    if run.shows("password"):
        run.type_password("password")
        run.click("sign_in")
    else:
        run.click("continue")


@interruption("password", shows="password")
def password_again(run: Run) -> None:
    """The site asks for the password."""
    run.type_password("password")
    run.click("sign_in")


INTERRUPTIONS = (sign_in, password_again)
