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
        with run.foresee_code():
            run.click("sign_in")
    else:
        run.click("continue")


@interruption("password", shows="password")
def password_again(run: Run) -> None:
    """The site asks for the password."""
    run.type_password("password")
    with run.foresee_code():
        run.click("sign_in")


@interruption("sign_in_code", shows="sign_in_code", after=("sign_in", "password"))
def code_at_the_sign_in(run: Run) -> None:
    """The site asks for a code from the account's mailbox before it lets in."""
    run.type_code("sign_in_code", run.foreseen_code("sign_in_code"))
    run.submit()


@interruption("cookie_banner", shows="refuse_cookies", over=True)
def refuse_cookies(run: Run) -> None:
    """A banner asks for cookies: the most private answer."""
    run.click("refuse_cookies")


@interruption("overlay", shows="close_overlay", over=True)
def close_overlay(run: Run) -> None:
    """Something of the shop's lies over the page."""
    run.click("close_overlay")


@interruption("rate_limit", shows="rate_limit")
def leave_the_store_alone(run: Run) -> None:
    """The site says that it has seen too much traffic."""
    run.leave_alone("rate_limit")


@interruption("captcha", shows="captcha", person=True)
def prove_to_be_a_person(run: Run) -> None:
    """The site asks for a proof that a person is there (a slider or a puzzle)."""
    run.hand_over("The site asks for a proof that a person is there (a slider or a puzzle)")


INTERRUPTIONS = (
    leave_the_store_alone,
    prove_to_be_a_person,
    refuse_cookies,
    close_overlay,
    code_at_the_sign_in,
    sign_in,
    password_again,
)
