"""What the site may put between two steps, and how the run gets past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.flow import interruption

if TYPE_CHECKING:
    from automation.run import Run


SIGN_IN_YOURSELF = "The site asks for the account's password, and none is configured"


@interruption("sign_in", shows="sign_in_name")
def sign_in(run: Run) -> None:
    """The site asks to sign in."""
    if run.sign_in.is_the_persons:
        run.hand_over(SIGN_IN_YOURSELF, kind="password")
        return
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
    if run.sign_in.is_the_persons:
        run.hand_over(SIGN_IN_YOURSELF, kind="password")
        return
    run.type_password("password")
    with run.foresee_code():
        run.click("sign_in")


@interruption("remembered_account", shows="switch_account", beside="password")
def remembered_account(run: Run) -> None:
    """The site remembers an account and asks for its password only."""
    if run.sign_in.is_the_persons or run.sign_in.may_be(run.printed_at("switch_account")):
        password_again.action(run)
    else:
        run.click("switch_account")


def another_code(run: Run) -> None:
    """Once more, with a code from a new letter."""
    with run.expect_code(run.sign_in.party, purpose="sign-in"):
        run.click("get_code")
    run.type_code("sign_in_code", run.code(run.sign_in.party, "sign_in_code"))
    run.submit()


@interruption(
    "sign_in_code",
    shows="sign_in_code",
    after=("sign_in", "password", "remembered_account"),
    once_more=another_code,
)
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


@interruption("suggestions", shows="suggestions", over=True)
def send_suggestions_away(run: Run) -> None:
    """Suggested addresses lie over the button below the name."""
    run.click_beside("suggestions")


@interruption("rate_limit", shows="rate_limit")
def leave_the_store_alone(run: Run) -> None:
    """The site says that it has seen too much traffic."""
    run.leave_alone("rate_limit")


@interruption("captcha", shows="captcha")
def prove_to_be_a_person(run: Run) -> None:
    """The site asks for a proof that a person is there (a slider or a puzzle)."""
    run.hand_over("The site asks for a proof that a person is there (a slider or a puzzle)", kind="captcha")


INTERRUPTIONS = (
    leave_the_store_alone,
    prove_to_be_a_person,
    refuse_cookies,
    close_overlay,
    send_suggestions_away,
    code_at_the_sign_in,
    remembered_account,
    sign_in,
    password_again,
)
