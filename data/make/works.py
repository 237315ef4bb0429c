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

#: Fields whose works cannot be old, and words that no title had before.
_FIRST_YEAR = {
    "nev": 2011,
    "software": 2009,
    "semi": 2006,
    "energy": 2009,
    "rail": 2006,
    "biomed": 2006,
    "machine": 2004,
}
_NEW = re.compile(
    r"(无人|自动驾驶|联邦|大模型|大语言|北斗|增材|激光选区|深度学习|神经网络|AI|MES|数字孪生|5G|CAR-T|mRNA|CRISPR|单细胞|"
    r"超充|充电|换电|氢能|RISC|双碳|碳中和|乡村振兴|网约车|零信任|微服务|国产化|单链抗体|双抗|双特异|钙钛矿|短视频|微信|"
    r"碳化硅|氮化镓|激光雷达|知识图谱|强化学习|钠离子|固态|整县|特派员|高标准农田|智能|云端|物联)"
)


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


def _pieces(text: str) -> set[str]:
    """Return the pairs of neighbouring characters; two texts about one thing share some."""
    plain = re.sub(r"[\W\d_]+", " ", text)
    return {word[i : i + 2] for word in plain.split() for i in range(len(word) - 1)}


class _Deck:
    """Deals a topic's sentences so that each is used before any is used again.

    A title first draws the sentences that share words with it, so that an abstract speaks of its title.
    """

    def __init__(self, topic: Topic) -> None:
        self._dice = Dice("deck", topic.key)
        self._voice = {s: voice_of(s) for s in topic.sentences}
        self._place = {s: i for i, s in enumerate(topic.sentences)}
        self._pieces = {s: _pieces(s) for s in topic.sentences}
        self._used: Counter[str] = Counter()
        self._pairs: set[tuple[str, str]] = set()
        many = Counter(piece for pieces in self._pieces.values() for piece in pieces)
        self._rare = {piece: 1 / n for piece, n in many.items()}

    def near(self, text: str, sentence: str) -> float:
        """How much of the sentence's own words a text shares."""
        return sum(self._rare.get(p, 0) for p in _pieces(text) & self._pieces[sentence])

    def suits(self, work: Work, sentence: str) -> bool:
        """Whether a work of this kind may speak in the sentence's voice."""
        return self._voice[sentence] in WANTED[work.kind]

    def fit(self, work: Work, sentence: str, text: str) -> float:
        """How well a sentence goes with a work that has this text so far; below zero: not at all."""
        order = WANTED[work.kind]
        voice = self._voice[sentence]
        if voice not in order:
            return -9 - self._used[sentence]
        fit = 2.0 * self.near(work.title, sentence) + self.near(text, sentence) - 1.2 * order.index(voice)
        if text:
            last = max(self._place[s] for s in self._place if s in text)
            fit += 0.8 if abs(self._place[sentence] - last) == 1 else 0.0
        return fit - 4.0 * self._used[sentence] + 0.3 * self._dice.unit()

    def best(self, work: Work, chosen: list[str]) -> tuple[float, str]:
        """Return the best next sentence for a work, with how well it fits."""
        text = "".join(chosen)
        free = [s for s in self._voice if s not in chosen]
        fresh = [s for s in free if not any((min(s, c), max(s, c)) in self._pairs for c in chosen)]
        return max((self.fit(work, s, text), s) for s in (fresh or free))

    def take(self, sentence: str, chosen: list[str]) -> None:
        """Note that a sentence is now in an abstract, next to those chosen before."""
        self._used[sentence] += 1
        self._pairs.update((min(sentence, c), max(sentence, c)) for c in chosen)
        chosen.append(sentence)
        chosen.sort(key=self._place.__getitem__)


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


def _years(topic: str, author: Expert, title: str, text: str, dice: Dice) -> tuple[int, int, int]:
    named = [int(y) for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title + text)]
    newest = 2016 if _NEW.search(title + text) else _FIRST_YEAR.get(topic, 1998)
    low = max([newest, author.birth[0] + 25, *[y for y in named if y <= LAST_YEAR]])
    high = min(LAST_YEAR, max(author.birth[0] + 74, low))
    low = min(low, high)
    year = low + int(dice.unit() ** 0.55 * (high - low + 1))
    if year == LAST_YEAR and dice.chance(0.7):
        year = max(low, year - dice.between(1, 5))
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


def _own_sentences(deck: _Deck, topic: Topic, works: list[Work]) -> dict[int, list[str]]:
    """Return for each work (by position) the sentences that speak of no other title as clearly."""
    own: dict[int, list[str]] = {i: [] for i in range(len(works))}
    for sentence in topic.sentences:
        near = [(2.0 * deck.near(w.title, sentence), -i) for i, w in enumerate(works) if deck.suits(w, sentence)]
        if near and max(near)[0] > 0.8:
            own[-max(near)[1]].append(sentence)
    return own


def _write_texts(topic: Topic, works: list[Work]) -> None:
    """Write abstracts for six works in ten, first those of which the bank says most."""
    dice = Dice("texts", topic.key)
    deck = _Deck(topic)
    goal = int(len(works) * 0.61 + dice.unit())
    own = _own_sentences(deck, topic, works)
    order = sorted(dice.shuffled(range(len(works))), key=lambda i: -min(2, len(own[i])))
    chosen: dict[int, list[str]] = {i: [] for i in order[:goal]}
    for i, sentences in chosen.items():
        for sentence in own[i][:4]:
            deck.take(sentence, sentences)
    for wanted in (1, 2):
        short = {i for i, sentences in chosen.items() if len(sentences) < wanted}
        while short:
            _, i = max((deck.best(works[i], chosen[i])[0], -i) for i in sorted(short))
            deck.take(deck.best(works[-i], chosen[-i])[1], chosen[-i])
            short.discard(-i)
    # What is left over makes some abstracts longer.
    for i in dice.shuffled(sorted(chosen)):
        if len(chosen[i]) < 4 and dice.chance(0.5):
            fit, sentence = deck.best(works[i], chosen[i])
            if fit > 1.0:
                deck.take(sentence, chosen[i])
    for i, sentences in chosen.items():
        works[i].text = "".join(sentences)


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
        work.date = _years(work.topic.bank, work.authors[0], work.title, work.text, dice)
        if dice.chance(0.42):
            work.keywords = dice.pick(("；", "、", ";", "，")).join(dice.sample(work.topic.terms, dice.between(2, 4)))
    return works
