"""The flows and stores that come with the tool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automation.flow import Flow
    from automation.settings import Settings
    from automation.store import Store

CHANGE_EMAIL = "change_email"
FLOWS = (CHANGE_EMAIL, "backup_email", "support_chat")
"""The documented paths, in the guide's order."""


def flow_named(name: str = CHANGE_EMAIL) -> Flow:
    """One of the documented paths."""
    from importlib import import_module  # noqa: PLC0415 - the flows are not needed for --help

    flow: Flow = import_module(f"flows.{name}").flow
    return flow


def stores_folder() -> Path:
    """Where the stores' files lie."""
    import flows  # noqa: PLC0415 - not needed for --help

    return Path(flows.__file__).with_name("stores")


def shipped() -> frozenset[str]:
    """The hosts of all of these stores."""
    from automation.store import shipped_hosts  # noqa: PLC0415 - not needed for --help

    return shipped_hosts(stores_folder())


def store_named(name: str, plain_hosts: frozenset[str] = frozenset()) -> Store:
    """The store of that name, where its file says that it is served; a settings stop where there is none."""
    from automation.store import load_store  # noqa: PLC0415 - not needed for --help

    return load_store(stores_folder(), name, plain_hosts)


def store_of(settings: Settings) -> Store:
    """The store that the settings name, where they say that it is served."""
    found = store_named(settings.store, settings.plain_hosts)
    if settings.store_url is None:
        return found
    return found.at(settings.store_url, settings.store_origins, settings.plain_hosts)
