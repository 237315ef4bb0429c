"""Word lists of the analyzer: stop words, what may follow a number, synonyms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from expertmatch.errors import InputError, Problem

MEASURES = frozenset(
    "年月日号个次项台套万亿千百十元人家件吨米度岁级期类种批倍成余多至到以名位篇户亩株头只分秒时小天周层条款章第届点"
    "起场所间座张本册辆艘架根支片块粒颗枚瓶袋箱桶斤克升里丈尺寸公毫厘平立几两双对组队辈代股世"
)
"""First characters of what follows a number that only counts or dates (2018年, 50次)."""

UNITS = frozenset(
    "mm cm dm m km um μm nm kg g mg t h min s ms d a L l ml mL ul μL Pa kPa MPa Mpa GPa V v mV A mA kA Ah mAh W w kW "
    "KW MW GW kWh MWh Wh Hz kHz MHz GHz K N kN J kJ MJ ppm PPM ppb rpm r r/min m/s km/h m2 m3 cm2 cm3 mm2 hm2 km2 mg/L "
    "mg/l g/L mg/kg mol mmol dB Ω kΩ MΩ C F lx lm cd bar psi kcal cal wt vol x X M k px bit byte Mbps Gbps".split()
)
"""Units as written after a number; number and unit go together. kV stays: 110kV names a class of grid."""

NAMES_LIKE_QUANTITIES = frozenset({"304L", "316L", "317L", "4K", "8K"})
"""What looks like a number with a unit but is a grade of steel or of a picture."""


def _lines(name: str) -> list[str]:
    text = resources.files("expertmatch.resources").joinpath(name).read_text(encoding="utf-8")
    return [line for raw in text.splitlines() if (line := raw.split("#", 1)[0].strip())]


@cache
def stop_words() -> frozenset[str]:
    """Return the library's Chinese stop words: grammar, officialese, words that say nothing of a subject.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> "推进" in stop_words(), "猕猴桃" in stop_words()
    (True, False)
    """
    return frozenset(word for line in _lines("stop_words.txt") for word in line.split())


@cache
def english_stop_words() -> frozenset[str]:
    """Return English function words and words that every title of a paper has.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> "the" in english_stop_words()
    True
    """
    return frozenset(word for line in _lines("stop_words_en.txt") for word in line.split())


@cache
def everyday_words() -> frozenset[str]:
    """Return words of everyday speech: sharing one of them is no evidence for a match.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> "时候" in everyday_words(), "轮毂" in everyday_words()
    (True, False)
    """
    return frozenset(word for line in _lines("everyday_words.txt") for word in line.split())


@dataclass(frozen=True)
class Synonyms:
    """Groups of words that mean the same.

    Parameters
    ----------
    groups : tuple of tuple of str
        Each group has at least two words; a word may stand in one group only.

    Raises
    ------
    InputError
        A group of one word, or a word in two groups.

    Examples
    --------
    >>> Synonyms((("猕猴桃", "奇异果"),)).groups
    (('猕猴桃', '奇异果'),)
    """

    groups: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        problems = _group_problems(enumerate(self.groups, 1), None)
        if problems:
            raise InputError(problems)

    @classmethod
    def read(cls, path: str | Path) -> Synonyms:
        """Read groups from a UTF-8 text file: one group a line, words joined by ``=``, ``#`` for comments.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Synonyms

        Raises
        ------
        InputError
            The file cannot be read, or a line is not a group; names every such line.
        """
        name = Path(path).name
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            problem = Problem(
                severity="error",
                code="unreadable-file",
                file=name,
                message="同义词文件打不开，或不是 UTF-8 文本。",
                remedy="请检查路径，并用 UTF-8 编码另存。",
            )
            raise InputError([problem]) from None
        numbered = [
            (number, tuple(word for part in line.split("#", 1)[0].split("=") if (word := part.strip())))
            for number, line in enumerate(text.splitlines(), 1)
            if line.split("#", 1)[0].strip()
        ]
        problems = _group_problems(numbered, name)
        if problems:
            raise InputError(problems)
        return cls(tuple(group for _, group in numbered))


def _group_problems(numbered: Iterable[tuple[int, tuple[str, ...]]], file: str | None) -> list[Problem]:
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, group in numbered:
        if len(group) < 2:
            problems.append(
                Problem(
                    severity="error",
                    code="short-synonym-group",
                    file=file,
                    row=number,
                    value="=".join(group),
                    message="一组同义词至少要有两个词。",
                    remedy="请写成“猕猴桃 = 奇异果”的样子。",
                )
            )
        for word in group:
            if word in seen:
                problems.append(
                    Problem(
                        severity="error",
                        code="repeated-synonym",
                        file=file,
                        row=number,
                        value=word,
                        message=f"“{word}”在第 {seen[word]} {'组' if file is None else '行'}已经出现过。",
                        remedy="请把两组合成一组，或删去一处。",
                    )
                )
            seen.setdefault(word, number)
    return problems


@cache
def own_synonyms() -> Synonyms:
    """Return the library's own synonyms.

    Returns
    -------
    Synonyms

    Examples
    --------
    >>> any("奇异果" in group for group in own_synonyms().groups)
    True
    """
    return Synonyms(tuple(tuple(word.strip() for word in line.split("=")) for line in _lines("synonyms.txt")))
