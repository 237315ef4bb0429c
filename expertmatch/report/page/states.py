"""Which needs are answered, which are doubtful, which nobody answers: one judgment for page and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import pandas as pd

from expertmatch.ranking import Explanation, Ranking

State = Literal["answered", "doubtful", "unanswered"]
STATES: Mapping[State, str] = {"answered": "有人选", "doubtful": "存疑", "unanswered": "没有人选"}
"""What the states are called."""
GONE = ("离职", "去世", "停薪留职")
"""Who is gone may still be in the table."""


class NeedState(NamedTuple):
    """Whether a need is answered.

    Parameters
    ----------
    state : {"answered", "doubtful", "unanswered"}
        Somebody; somebody, but look first; nobody.
    why : str
        Of those not answered, a Chinese sentence.
    """

    state: State
    why: str


def need_states(ranking: Ranking, explanations: Sequence[Explanation]) -> dict[str, NeedState]:
    """Say of every need whether it is answered.

    Unanswered: no candidate, or by judgments nobody suits. Doubtful: the first place rests on fewer than two shared
    pieces of text, on somebody who is gone, or on somebody whom there is something to ask about.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.
    explanations : sequence of Explanation
        Of its pairs, in their order.

    Returns
    -------
    dict of str to NeedState
        Need id to state, in the order of the needs.

    Examples
    --------
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(["猕猴桃怎样防治溃疡病", "月壤采样"])
    >>> [one.state for one in need_states(ranking, list(ranking.explanations())).values()]
    ['answered', 'unanswered']
    """
    none = dict(zip(ranking.unmatched["need_id"], ranking.unmatched["reason"], strict=True))
    held = ranking.answers["answered"].eq(False).fillna(False).astype(bool)
    nobody = dict(zip(ranking.answers["need_id"][held], ranking.answers["sentence"][held], strict=True))
    first = dict(_firsts(ranking, explanations))
    found: dict[str, NeedState] = {}
    for need in ranking.needs["need_id"]:
        if need in none or need in nobody:
            found[need] = NeedState("unanswered", str(nobody.get(need) or none.get(need, "")))
        elif first[need]:
            found[need] = NeedState("doubtful", f"首选{first[need]}")
        else:
            found[need] = NeedState("answered", "")
    return found


def _firsts(ranking: Ranking, explanations: Sequence[Explanation]) -> list[tuple[str, str]]:
    """Return for each need what speaks against its first place, empty where nothing does."""
    hints: dict[tuple[str, str, str], list[str]] = {}
    for need, kind, key, label in ranking.hints[["need_id", "candidate_kind", "candidate_id", "label"]].itertuples(
        index=False, name=None
    ):
        hints.setdefault((need, kind, key), []).append(label)
    status = statuses(ranking)
    rows = ranking.frame[["need_id", "rank", "candidate_kind", "candidate_id"]].itertuples(index=False, name=None)
    found = []
    for (need, rank, kind, key), why in zip(rows, explanations, strict=True):
        if rank == 1:
            said = ["依据薄弱：相同的文字不到两处"] if why.thin else []
            gone = status.get(key, "") if kind == "expert" else ""
            said += [f"在岗状态：{gone}"] if gone in GONE else []
            found.append((need, "；".join([*said, *hints.get((need, kind, key), ())])))
    return found


def statuses(ranking: Ranking) -> dict[str, str]:
    """Return what the experts' table says under 在岗状态.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.

    Returns
    -------
    dict of str to str
        Expert id to status.
    """
    experts = (ranking.parts or (ranking,))[0].candidates.pool.experts
    if "status" not in experts:
        return {}
    pairs: Mapping[str, str] = dict(zip(experts["expert_id"], experts["status"], strict=True))
    return dict(pairs)


def counts(states: Mapping[str, NeedState]) -> dict[State, int]:
    """Count states.

    Parameters
    ----------
    states : dict of str to NeedState
        As :func:`need_states` gives them.

    Returns
    -------
    dict of str to int
        All three states.
    """
    every = pd.Series([one.state for one in states.values()], dtype=object).value_counts()
    return {state: int(every.get(state, 0)) for state in STATES}
