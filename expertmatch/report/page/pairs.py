"""What the page's script shows of every need: people, parts of scores, paths, rules. Texts are numbers of `Words`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from expertmatch.ranking import Explanation, Ranking
from expertmatch.ranking.candidates import SIGNAL_LABELS, candidate_key
from expertmatch.ranking.explain import LOOSE
from expertmatch.report.labels import OUTCOMES, REST
from expertmatch.report.page.rules import rules_of
from expertmatch.report.page.states import GONE, NeedState, statuses
from expertmatch.report.page.words import Words
from expertmatch.text import normalise

PARTS = 6
"""Parts of the text signal that are shown one by one; the rest is one bar, so that the bars add up."""
SNIPPETS = 5
"""Places of a need for which the passage of a work is shown where its title has none of the shared pieces."""
MICRO = 100_000
"""Parts of scores are whole multiples of one part in so many."""
_AROUND = 32

NEED_FACTS = {
    "requester": "单位", "kind": "类型", "region": "地区", "industry": "行业", "disciplines": "学科",
    "wanted": "需要人数", "start": "开始", "end": "结束", "place": "地点", "deadline": "截止",
}  # fmt: skip
"""What of a need is told above its text; its people and its contacts are not."""


def need_details(
    ranking: Ranking, explanations: Sequence[Explanation], states: Mapping[str, NeedState], words: Words
) -> dict[str, Any]:
    """Return everything that is shown of needs once they are opened.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.
    explanations : sequence of Explanation
        Of its pairs, in their order.
    states : dict of str to NeedState
        Need id to state.
    words : Words
        Takes the texts.

    Returns
    -------
    dict
        ``people``: id, name, unit, title, gone; ``needs``: in the order of the ranking, each with what, why, facts,
        text, keywords, people (p, s, f, o, r, h, x: person, score, probability, role, hints, parts, others, passages),
        excluded, passed over; ``rules``: by scenario and role, what was passed.
    """
    people = _People(ranking, words)
    passages = _Passages(ranking)
    hints = _by_pair(ranking.hints, words)
    found: dict[str, list[dict[str, Any]]] = {str(need): [] for need in ranking.needs["need_id"]}
    columns = ["need_id", "candidate_kind", "candidate_id", "score", "probability"]
    role = ranking.frame["role"] if "role" in ranking.frame else pd.Series("", index=ranking.frame.index)
    rows = ranking.frame[columns].assign(role=role).itertuples(index=False, name=None)
    for (need, kind, key, score, probability, taken), why in zip(rows, explanations, strict=True):
        own = found[need]
        one: dict[str, Any] = {
            "p": people(kind, key),
            "s": round(score * MICRO),
            "t": _text_parts(why, words),
            "o": [[words(SIGNAL_LABELS[part.signal]), words(part.what), _steps(part.how, words),
                   round(part.contribution * MICRO)] for part in why.others],
        }  # fmt: skip
        one |= {"f": round(float(probability) * 100)} if probability == probability else {}
        one |= {"r": words(taken)} if taken else {}
        one |= {"h": hints[need, kind, key]} if (need, kind, key) in hints else {}
        one |= {"thin": 1} if why.thin else {}
        if len(own) < SNIPPETS:
            told = passages.of(kind, key, why)
            one |= {"x": [[words.searched(work), words.searched(text)] for work, text in told]} if told else {}
        own.append(one)
    out, over = _excluded(ranking, words), _passed_over(ranking, words)
    needs = [
        _need(row, words) | {"why": words(states[row["need_id"]].why), "people": found[row["need_id"]],
                             "out": out.get(row["need_id"], []), "over": over.get(row["need_id"], [])}
        for row in _rows(ranking.needs)
    ]  # fmt: skip
    return {
        "people": people.rows,
        "needs": needs,
        "rules": rules_of(ranking, words),
        "of": _scenario_of(ranking),
    }


def _need(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    return {
        "title": words.searched(str(row["title"])),
        "text": words.searched(str(row.get("text", "") or "")),
        "keys": words.searched(str(row.get("keywords", "") or "")),
        "facts": [[words(label), words(str(row[name]))] for name, label in NEED_FACTS.items() if row.get(name)],
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    texts = frame.astype(object).where(frame.notna(), "")
    return [{str(name): value for name, value in row.items()} for row in texts.to_dict("records")]


def _passed_over(ranking: Ranking, words: Words) -> dict[str, list[list[int]]]:
    """Return for each need how many more a rule kept out: rule, count."""
    found: dict[str, list[list[int]]] = {}
    for need, label, count in ranking.passed_over[["need_id", "label", "count"]].itertuples(index=False, name=None):
        found.setdefault(need, []).append([words(label), int(count)])
    return found


def _scenario_of(ranking: Ranking) -> list[str]:
    """Return for each need the scenario it was ranked by."""
    own = {
        str(need): part.candidates.gate.scenario.name
        for part in (ranking.parts or (ranking,))
        if part.candidates.gate is not None
        for need in part.needs["need_id"]
    }
    return [own.get(str(need), "") for need in ranking.needs["need_id"]]


def _excluded(ranking: Ranking, words: Words) -> dict[str, list[list[int]]]:
    """Return whom rules about a need keep out of it: who, outcome, rule, what was found, source."""
    columns = ["need_id", "name", "candidate_id", "outcome", "label", "detail", "source"]
    found: dict[str, list[list[int]]] = {}
    for need, name, key, outcome, label, detail, source in ranking.excluded[columns].itertuples(index=False, name=None):
        if need:
            told = (f"{name or key}", OUTCOMES[outcome][0], label, detail, source)
            found.setdefault(need, []).append([words(text) for text in told])
    return found


def _by_pair(frame: pd.DataFrame, words: Words) -> dict[tuple[str, str, str], list[list[int]]]:
    found: dict[tuple[str, str, str], list[list[int]]] = {}
    columns = ["need_id", "candidate_kind", "candidate_id", "label", "detail", "source"]
    for need, kind, key, *told in frame[columns].itertuples(index=False, name=None):
        found.setdefault((need, kind, key), []).append([words(str(text)) for text in told])
    return found


def _text_parts(why: Explanation, words: Words) -> list[list[int]]:
    """Return the largest parts of the text signal and the sum of the others: work, piece, part."""
    rows = why.summed("work_id", "work", "piece")
    told = [[words.searched(work), words(piece), round(part * MICRO)] for _, work, piece, part, _ in rows[:PARTS]]
    rest = sum(row[-2] for row in rows[PARTS:])
    return [*told, [words(""), words(REST[0]), round(rest * MICRO)]] if rest else told


def _steps(how: str, words: Words) -> list[int]:
    """Return a path as its steps, so that paths share them."""
    return [words(step) for step in how.split(" → ")] if how else []


class _People:
    """Candidates by number: id, name, unit, title, whether gone."""

    def __init__(self, ranking: Ranking, words: Words) -> None:
        self.rows: list[list[int]] = []
        self._words, self._ranking = words, ranking
        self._numbers: dict[str, int] = {}
        self._status = statuses(ranking)
        experts = (ranking.parts or (ranking,))[0].candidates.pool.experts
        columns = experts.reindex(columns=["expert_id", "name", "unit", "title"]).fillna("")
        self._about = {key: told for key, *told in columns.itertuples(index=False, name=None)}

    def __call__(self, kind: str, key: str) -> int:
        number = self._numbers.get(candidate_key(kind, key))
        if number is None:
            number = self._numbers[candidate_key(kind, key)] = len(self.rows)
            about = self._about.get(key) if kind == "expert" else None
            name, unit, title = about or [self._ranking.name_of(kind, key), "", "学会" if kind == "society" else ""]
            status = self._status.get(key, "") if kind == "expert" else ""
            told = (key, name or key, unit, title, status if status in GONE else "")
            self.rows.append([self._words(str(text)) for text in told])
        return number


class _Passages:
    """Where in a work a shared piece stands, if not in its title."""

    def __init__(self, ranking: Ranking) -> None:
        candidates = (ranking.parts or (ranking,))[0].candidates
        self._rows = candidates.index.rows
        self._place = {key: i for i, key in enumerate(self._rows.expert_ids)}

    def of(self, kind: str, key: str, why: Explanation) -> list[tuple[str, str]]:
        """Return works and passages of a pair, the two best works at most."""
        place = self._place[candidate_key(kind, key)]
        first, last = np.searchsorted(self._rows.group, [place, place + 1]).tolist()
        found = []
        for work_id, title, *_ in why.summed("work_id", "work")[:2]:
            pieces = [part.piece.rpartition("＝")[2] for part in why.entries
                      if part.work_id == work_id and part.piece != LOOSE]  # fmt: skip
            if not pieces or any(piece.lower() in normalise(title).lower() for piece in pieces):
                continue
            row = next(row for row in range(first, last) if self._rows.keys[row] == work_id)
            texts = (column[row] for column in self._rows.texts.values())
            passage = next((told for text in texts for told in _passage(text, pieces)), "")
            if passage:
                found.append((title, passage))
        return found


def _passage(text: str, pieces: Sequence[str]) -> list[str]:
    """Return the text around the first piece that stands in it."""
    plain = normalise(text)
    low, seen = plain.lower(), text if len(plain) == len(text) else plain
    if len(low) != len(seen):  # a few letters grow when lowered
        return []
    for piece in pieces:
        at = low.find(piece.lower())
        if at >= 0:
            start, end = max(0, at - _AROUND), min(len(seen), at + len(piece) + _AROUND)
            return [f"{'…' if start else ''}{seen[start:end].strip()}{'…' if end < len(seen) else ''}"]
    return []
