"""Read the hand-written banks."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

#: Pairs of fields between which a person may plausibly work (main field, second field).
BRIDGES: tuple[tuple[str, str], ...] = (
    ("aero", "material"),
    ("aero", "machine"),
    ("semi", "power"),
    ("semi", "material"),
    ("nev", "energy"),
    ("nev", "software"),
    ("power", "energy"),
    ("software", "rail"),
    ("software", "clinical"),
    ("software", "agri_machine"),
    ("kiwi", "food"),
    ("kiwi", "soil"),
    ("apple", "soil"),
    ("apple", "food"),
    ("cherry", "veg"),
    ("goat", "food"),
    ("veg", "agri_machine"),
    ("wheat", "soil"),
    ("wheat", "agri_machine"),
    ("mushroom", "tcm"),
    ("tea_herb", "tcm"),
    ("bee_fish", "food"),
    ("biomed", "tcm"),
    ("clinical", "biomed"),
    ("heritage", "material"),
    ("heritage", "edu"),
    ("machine", "material"),
    ("machine", "aero"),
    ("energy", "build"),
    ("chem", "env"),
    ("chem", "energy"),
    ("env", "soil"),
    ("rail", "build"),
    ("policy", "stat_eval"),
    ("stat_eval", "policy"),
    ("edu", "software"),
)

#: Banks about farming: here are the local experts and the leaders without a title.
FARMING = frozenset(
    ("kiwi", "apple", "cherry", "goat", "veg", "wheat", "mushroom", "tea_herb", "bee_fish", "agri_machine", "food")
)


@dataclass(frozen=True)
class Topic:
    """One topic of a field, with all its hand-written text."""

    bank: str
    name: str
    terms: tuple[str, ...]
    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    bios: tuple[str, ...]

    @property
    def key(self) -> str:
        """A name that no other topic has."""
        return f"{self.bank}/{self.name}"


@dataclass(frozen=True)
class Bank:
    """One field."""

    id: str
    field: str
    disciplines: tuple[str, ...]
    units: tuple[str, ...]
    societies: tuple[str, ...]
    titles: tuple[str, ...]
    topics: tuple[Topic, ...]


def read_toml(path: Path) -> dict[str, Any]:
    """Read one TOML file."""
    with path.open("rb") as file:
        return tomllib.load(file)


def load_banks(folder: Path = HERE / "banks") -> list[Bank]:
    """Return all banks, sorted by id; a title that an earlier topic already has is left out."""
    banks = []
    seen: set[str] = set()
    more = read_toml(HERE / "more_sentences.toml")
    for path in sorted(folder.glob("*.toml"), key=lambda p: p.name):
        data = read_toml(path)
        topics = []
        for raw in data["topics"]:
            titles = [t for t in dict.fromkeys(raw["titles"]) if t not in seen]
            seen.update(titles)
            topics.append(
                Topic(
                    bank=path.stem,
                    name=raw["name"],
                    terms=tuple(dict.fromkeys(raw["terms"])),
                    titles=tuple(titles),
                    sentences=tuple(dict.fromkeys([*raw["sentences"], *more.get(f"{path.stem}/{raw['name']}", ())])),
                    bios=tuple(dict.fromkeys(raw["bios"])),
                )
            )
        banks.append(
            Bank(
                id=path.stem,
                field=data["field"],
                disciplines=tuple(data["disciplines"]),
                units=tuple(data["units"]),
                societies=tuple(data["societies"]),
                titles=tuple(data["titles"]),
                topics=tuple(topics),
            )
        )
    return banks
