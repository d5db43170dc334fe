"""What a store looks like: its origins, senders and landmarks, read from flows/stores/*.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from automation.errors import SettingsStop
from automation.origins import Origins, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Kind = Literal["control", "field", "text", "entry"]
"""`entry`: a control that is known by what its entry of a list says."""


@dataclass(frozen=True)
class Landmark:
    """A thing a person would look for on a page, with ranked ways to find it."""

    name: str
    kind: Kind
    structure: tuple[str, ...] = ()
    """CSS selectors, the surest first: ids, hrefs, an input's type."""
    words: tuple[str, ...] = ()
    """Names read in a public source, all languages together."""
    candidates: tuple[str, ...] = ()
    """Natural wording nobody has attested yet."""
    below_address: bool = False
    """True for a field that is found in the row just below the one that prints an address, too."""
    deep_link: str | None = None
    """Path to open when nothing matches; only for steps that navigate."""

    @property
    def ranks(self) -> int:
        """How many ways there are to find it."""
        return len(self.structure) + self.below_address + 2 + (self.deep_link is not None)

    def probe(self) -> dict[str, Any]:
        """What the look at a frame needs to know."""
        return {
            "name": self.name,
            "kind": self.kind,
            "structure": list(self.structure),
            "below_address": self.below_address,
            "words": list(self.words),
            "candidates": list(self.candidates),
        }


@dataclass(frozen=True)
class Walls:
    """What gives a wall away though nothing on the page is known; each alone may be a false alarm."""

    shows: str
    """The landmark of such a wall where it is known."""
    addresses: tuple[str, ...] = ()
    """Parts of a page's address."""
    frames: tuple[str, ...] = ()
    """Parts of a frame's address."""
    headers: tuple[str, ...] = ()
    """Headers of an answer, lower case."""

    def at(self, pages: Iterable[str], frames: Iterable[str]) -> bool:
        """Whether one of these addresses is one's."""
        return _any_within(self.addresses, pages) or _any_within(self.frames, frames)

    def tell(self, headers: Mapping[str, str]) -> bool:
        """Whether these headers are one's."""
        return any(headers.get(name, "0") != "0" for name in self.headers)


@dataclass(frozen=True)
class Store:
    """One store as its file describes it, at its own addresses or at a stand-in's."""

    name: str
    title: str
    start: str
    """The page a run starts from."""
    account: str
    """The account's home: shows something only when signed in."""
    origins: Origins
    senders: frozenset[str]
    """Addresses its letters with codes come from."""
    landmarks: Mapping[str, Landmark]
    refusals: Mapping[str, tuple[str, ...]]
    """Kind of refusal → words that tell it in the store's own messages."""
    walls: Walls
    support: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What an operator's answer may mean → words that tell it."""
    shipped: bool = True
    """False where `--store-url` names another site than the file's."""

    def at(self, url: str, origins: tuple[str, ...], plain_hosts: frozenset[str]) -> Store:
        """The same store served from another place: paths stay, the origin changes."""
        here = origin_of(url)
        if self.origins.hold(here):
            return self
        return replace(
            self,
            start=url if urlsplit(url).path not in {"", "/"} else _moved(self.start, here),
            account=_moved(self.account, here),
            origins=Origins(frozenset({here, *map(origin_of, origins)}), plain_hosts),
            shipped=False,
        )

    def link(self, path: str) -> str:
        """The address of a deep link on this store."""
        return _moved(path, origin_of(self.start)) if not self.shipped else path


def _any_within(parts: Iterable[str], urls: Iterable[str]) -> bool:
    return any(part in url for url in urls for part in parts)


def _moved(url: str, origin: str) -> str:
    _, _, path, query, _ = urlsplit(url)
    scheme, host, *_ = urlsplit(origin)
    return urlunsplit((scheme, host, path or "/", query, ""))


def _words(table: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in table.values() for word in words))


def _landmark(name: str, data: Mapping[str, Any]) -> Landmark:
    return Landmark(
        name=name,
        kind=data["kind"],
        structure=tuple(data.get("structure", ())),
        words=_words(data.get("words", {})),
        candidates=_words(data.get("candidates", {})),
        below_address=data.get("below_address", False),
        deep_link=data.get("deep_link"),
    )


def store_names(folder: Path) -> list[str]:
    """The stores that come with the tool."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def shipped_hosts(folder: Path) -> frozenset[str]:
    """The hosts of all stores that come with the tool."""
    return frozenset(host for name in store_names(folder) for host in load_store(folder, name).origins.hosts())


@cache
def load_store(folder: Path, name: str, plain_hosts: frozenset[str] = frozenset()) -> Store:
    """Read one store's file; a name without a file is a settings stop that lists the names there are."""
    if name not in store_names(folder):
        known = ", ".join(store_names(folder))
        raise SettingsStop(f"READDRESS_STORE: there is no store named {name!r}. Known stores: {known}.")
    data = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    return Store(
        name=name,
        title=data["title"],
        start=data["start"],
        account=data["account"],
        origins=Origins(frozenset(data["origins"]), plain_hosts),
        senders=frozenset(data["senders"]),
        landmarks={key: _landmark(key, value) for key, value in data["landmarks"].items()},
        walls=Walls(data["walls"]["shows"], *(tuple(data["walls"][k]) for k in ("addresses", "frames", "headers"))),
        refusals={key: tuple(_words(value)) for key, value in data["refusals"].items()},
        support={key: tuple(_words(value)) for key, value in data.get("support", {}).items()},
    )
