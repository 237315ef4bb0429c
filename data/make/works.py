"""Give every hand-written title to somebody, and compose the abstracts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from make.banks import Bank, Topic
from make.dice import Dice
from make.people import Expert
from make.voices import WANTED, kind_of, voice_of

MOST_WORKS = 10
LAST_YEAR = 2026

#: What offices write for a kind of work.
LABELS = {
    "论文": ("论文", "论文", "期刊论文", "学术论文", ""),
    "专利": ("专利", "发明专利", "实用新型", "专利", ""),
    "标准": ("标准", "地方标准", "技术规程", "团体标准"),
    "项目": ("项目", "科研项目", "科技计划项目", "推广项目", ""),
    "科普": ("科普", "培训讲义", "科普文章", "技术培训", ""),
}


@dataclass
class Work:
    """One work with its people."""

    topic: Topic
    title: str
    kind: str
    authors: list[Expert]
    text: str = ""
    keywords: str = ""
    label: str = ""
    date: tuple[int, int, int] = (2020, 1, 1)
    by: str = "id"  # "id": a row for each author's id; "names": one row, with names only
    with_unit: bool = True
    id: str = ""


class _Deck:
    """Deals a topic's sentences so that each is used before any is used again."""

    def __init__(self, topic: Topic) -> None:
        self._dice = Dice("deck", topic.key)
        self._voice = {s: voice_of(s) for s in topic.sentences}
        self._place = {s: i for i, s in enumerate(topic.sentences)}
        self._used: Counter[str] = Counter()
        self._pairs: set[tuple[str, str]] = set()

    def left(self, kind: str) -> int:
        """How many unused sentences suit this kind."""
        return sum(1 for s, v in self._voice.items() if v in WANTED[kind] and not self._used[s])

    def deal(self, kind: str, wanted: int) -> str:
        """Return 2 to 4 sentences that go together, in the order of the bank."""
        order = WANTED[kind]
        jitter = {s: self._dice.unit() for s in self._voice}

        def cost(s: str) -> tuple[int, int, float]:
            voice = self._voice[s]
            place = order.index(voice) if voice in order else 5
            return (self._used[s] * 2 + place if place < 5 else 9 + self._used[s], place, jitter[s])

        first = min(self._voice, key=cost)
        rest = sorted((s for s in self._voice if s != first), key=cost)
        rest = [s for s in rest if tuple(sorted((s, first))) not in self._pairs] or rest
        chosen = sorted([first, *rest[: wanted - 1]], key=self._place.__getitem__)
        for a in chosen:
            self._used[a] += 1
            self._pairs.update((min(a, b), max(a, b)) for b in chosen if b != a)
        return "".join(chosen)


def _participants(people: list[Expert]) -> dict[str, list[tuple[Expert, float]]]:
    out: dict[str, list[tuple[Expert, float]]] = {}
    for p in people:
        eager = Dice("eager", p.id).weigh((0.5, 1.0, 2.0, 3.5), (0.3, 0.4, 0.2, 0.1))
        if p.sort == "local":
            eager = 0.12
        for i, topic in enumerate(p.topics):
            out.setdefault(topic.key, []).append((p, eager * (1.0 if i == 0 else 0.4)))
    return out


def _choose(title: str, crowd: list[tuple[Expert, float]], load: Counter[str], dice: Dice) -> Expert | None:
    """Return who made a work: whoever has none yet, else by eagerness."""
    if kind_of(title) != "科普":
        crowd = [(p, w) for p, w in crowd if p.sort != "local"]
    free = [(p, w) for p, w in crowd if load[p.id] < (2 if p.sort == "local" else MOST_WORKS)]
    if not free:
        return None
    idle = [(p, w) for p, w in free if not load[p.id] and p.sort != "local"]
    pool = idle or free
    return dice.weigh([p for p, _ in pool], [w for _, w in pool])


def _years(author: Expert, title: str, text: str, dice: Dice) -> tuple[int, int, int]:
    named = [int(y) for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title + text)]
    low = max([1998, author.birth[0] + 25, *[y for y in named if y <= LAST_YEAR]])
    high = min(LAST_YEAR, max(author.birth[0] + 74, low))
    low = min(low, high)
    year = low + int(dice.unit() ** 0.62 * (high - low + 1))
    # The tables were collected in spring: nothing later than March of the last year.
    month = dice.between(1, 12) if year < LAST_YEAR else dice.between(1, 3)
    return year, month, dice.between(1, 28)


def _second_author(first: Expert, crowd: list[tuple[Expert, float]], load: Counter[str], dice: Dice) -> Expert | None:
    others = [
        p for p, _ in crowd if p is not first and p.sort not in ("local",) and p.name != first.name and load[p.id] < 10
    ]
    return dice.pick(others) if others else None


def _topic_works(
    topic: Topic, crowd: list[tuple[Expert, float]], spare: list[Expert], load: Counter[str]
) -> list[Work]:
    dice = Dice("works", topic.key)
    out = []
    for title in dice.shuffled(topic.titles):
        author = _choose(title, crowd, load, dice)
        if author is None:
            free = [p for p in spare if load[p.id] < MOST_WORKS]
            if not free:
                continue
            author = dice.pick(free)
        load[author.id] += 1
        work = Work(topic=topic, title=title, kind=kind_of(title), authors=[author])
        if dice.chance(0.13) and author.sort != "local":
            other = _second_author(author, crowd, load, dice)
            if other is not None:
                work.authors.append(other)
                load[other.id] += 1
                work.by = "names" if dice.chance(0.4) else "id"
        elif dice.chance(0.05):
            work.by = "names"
        work.with_unit = dice.chance(0.8)
        out.append(work)
    return out


def _write_texts(topic: Topic, works: list[Work]) -> None:
    """Write abstracts for six works in ten."""
    dice = Dice("texts", topic.key)
    deck = _Deck(topic)
    goal = int(len(works) * 0.61 + dice.unit())
    queue = dice.shuffled(works)
    # Rare voices first: a patent should get the claim, a lecture the plain words.
    queue.sort(key=lambda w: {"科普": 0, "专利": 1, "项目": 2, "论文": 3, "标准": 4}[w.kind])
    chosen = [w for w in queue if deck.left(w.kind) >= 2]
    spared = dice.sample(chosen, len(chosen) - goal) if len(chosen) > goal else []
    chosen = [w for w in chosen if w not in spared]
    chosen += [w for w in queue if w not in chosen and w not in spared][: max(0, goal - len(chosen))]
    extra = max(0, len(topic.sentences) - 2 * len(chosen))
    for work in chosen:
        wanted = 2
        if extra > 0 and dice.chance(0.5):
            more = 2 if extra > 1 and dice.chance(0.22) else 1
            wanted, extra = wanted + more, extra - more
        work.text = deck.deal(work.kind, wanted)


def make_works(banks: list[Bank], people: list[Expert]) -> list[Work]:
    """Return all works with their people, texts, keywords and dates, in an order that says nothing."""
    crowds = _participants(people)
    load: Counter[str] = Counter()
    works: list[Work] = []
    for bank in banks:
        spare = [p for p in people if p.bank == bank.id and p.sort in ("usual", "academician")]
        # Crowded topics later: who serves two fields should first be used where people are few.
        for topic in sorted(bank.topics, key=lambda t: (len(crowds.get(t.key, ())), t.name)):
            mine = _topic_works(topic, crowds.get(topic.key, []), spare, load)
            _write_texts(topic, mine)
            works += mine
    works = Dice("work order").shuffled(works)
    for number, work in enumerate(works, 1):
        dice = Dice("work", work.topic.key, work.title)
        work.id = f"CG{number:05d}"
        work.label = dice.pick(LABELS[work.kind])
        work.date = _years(work.authors[0], work.title, work.text, dice)
        if dice.chance(0.42):
            work.keywords = dice.pick(("；", "、", ";", "，")).join(dice.sample(work.topic.terms, dice.between(2, 4)))
    return works
