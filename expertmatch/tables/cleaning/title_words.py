"""The words of title cells, read from ``resources/titles.toml`` and made ready for one search."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, get_args

Level = Literal["正高", "副高", "中级", "初级", ""]
LEVELS: tuple[Level, ...] = get_args(Level)[:4]
_KEYS: dict[str, Level] = dict(zip(("senior", "deputy", "middle", "junior"), LEVELS, strict=True))

_PART_OF_A_BODY = "协会|学会|联合会|委员会|团队|工作室|工作站|办公室"
_FIELD_OF_ENGINEER = (
    r"(?P<grade>正高级|教授级高级|研究员级高级|高级|助理|中级|初级)?(?P<field>[\u4e00-\u9fffA-Za-z]{2,8}?)工程师"
)


@dataclass(frozen=True, slots=True)
class TitleWords:
    """What the words of a title cell mean.

    Parameters
    ----------
    titles
        Word -> (spelling kept, level); the level is ``""`` for skill grades and police ranks.
    generic
        Words that name a level only.
    labels
        Word -> spelling kept; ``""`` for labels that are not to be shown.
    offices
        Offices that contain a title (总工程师), so that the title in them is not taken for one.
    pattern
        Finds the longest of all those words.
    jobs
        Occupations, which are neither.
    post
        Matches a piece of a cell that is an office.
    engineer
        Matches 工程师 with a field before it.
    company
        Fields that make it a firm's job name.
    """

    titles: dict[str, tuple[str, Level]]
    generic: frozenset[str]
    labels: dict[str, str]
    offices: frozenset[str]
    jobs: frozenset[str]
    pattern: re.Pattern[str]
    post: re.Pattern[str]
    engineer: re.Pattern[str]
    company: frozenset[str]


def _pairs(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        form, _, kept = word.partition("=")
        yield unicodedata.normalize("NFKC", form), kept or form


def _ladders(ladders: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, Level]]:
    for ladder in ladders:
        for key, level in _KEYS.items():
            patterns = [unicodedata.normalize("NFKC", pattern) for pattern in ladder.get(key, ())]
            for stem in ladder["stems"]:
                for pattern in patterns:
                    yield pattern.format(stem), patterns[0].format(stem), level


@functools.cache
def title_words() -> TitleWords:
    """Read the packaged word list, once.

    Returns
    -------
    TitleWords
        The same value at every call.
    """
    path = resources.files("expertmatch.resources").joinpath("titles.toml")
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    titles: dict[str, tuple[str, Level]] = {}
    for words in data["plain"].values():
        titles.update((word, (kept, "")) for word, kept in _pairs(words))
    for word, kept, level in _ladders(data["ladder"]):
        titles.setdefault(word, (kept, level))
    for series in data["series"]:
        for key, level in _KEYS.items():
            titles.update((word, (kept, level)) for word, kept in _pairs(series.get(key, ())))
    generic: set[str] = set()
    for key, level in _KEYS.items():
        for word in data["generic"][key]:
            titles[word] = (data["generic"][key][0], level)
            generic.add(word)
    for word in data["generic_high"]:
        titles[word] = ("高级", "副高")
        generic.add(word)
    labels = dict(_pairs(data["labels"]["words"])) | dict.fromkeys(data["labels"]["hidden"], "")
    ends = sorted(data["posts"]["ends"], key=len, reverse=True)
    offices = {end for end in ends if len(end) > 2 and any(end.endswith(word) for word in titles)}
    every = sorted({*titles, *labels, *offices}, key=lambda word: (-len(word), word))
    pattern = re.compile(rf"(?:{'|'.join(map(re.escape, every))})(?!{_PART_OF_A_BODY})")
    post = re.compile(rf".{{0,40}}?(?:{'|'.join(map(re.escape, ends))})", re.IGNORECASE)
    return TitleWords(
        titles,
        frozenset(generic),
        labels,
        frozenset(offices),
        frozenset(data["posts"]["jobs"]),
        pattern,
        post,
        re.compile(_FIELD_OF_ENGINEER),
        frozenset(data["engineer"]["company"]),
    )
