"""Needs ranked: the cut, whom rules kept out of it, and rankings of several scenarios put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from expertmatch.index.counts import Progress
from expertmatch.index.topk import top_places
from expertmatch.ranking.candidates import Asked, Candidates, candidate_key, need_columns
from expertmatch.ranking.rank import EXCLUDED, HINTS, PASSED_OVER, Ranking
from expertmatch.ranking.signals import SIGNALS, Flags, Totals


def rank_needs(candidates: Candidates, needs: pd.DataFrame, *, top: int, progress: Progress | None = None) -> Ranking:
    """Rank candidates for every need.

    Parameters
    ----------
    candidates : Candidates
        Who can be recommended, and under which rules.
    needs : DataFrame
        need_id, title, text, keywords and what rules ask for.
    top : int
        How many candidates a need gets at most.
    progress : callable, optional
        Told how many needs are scored, and of how many.

    Returns
    -------
    Ranking
    """
    needs = needs.reset_index(drop=True)
    asked = candidates.asked(needs)
    best: list[Totals] = []
    refused: list[tuple[Totals, Flags]] = []
    for found in candidates.best(asked, top) if candidates.is_text_alone else candidates.totals(asked):
        if candidates.is_text_alone:
            best.append(found)
        elif found.allowed.all():
            best.append(found.take(top_places(found.scored, top)))
        else:
            allowed = found.take(found.allowed)
            best.append(allowed.take(top_places(allowed.scored, top)))
            refused.append(_refused(found, top))
        if progress is not None and len(found.scored.need):
            progress(int(found.scored.need[-1]) + 1, len(needs))
    if progress is not None:  # also where the last needs have nobody
        progress(len(needs), len(needs))
    kept = _joined(best, candidates)
    frame = _frame(candidates, needs, kept)
    return Ranking(
        frame=frame,
        needs=needs,
        unmatched=_unmatched(candidates, asked, set(frame["need_id"]), _main_reasons(asked, refused)),
        unusable=_unusable(candidates),
        candidates=candidates,
        excluded=_excluded(candidates, asked, refused),
        passed_over=_passed_over(candidates, asked, refused),
        hints=_hints(candidates, asked, kept),
    )


def join_rankings(parts: Sequence[Ranking], needs: pd.DataFrame) -> Ranking:
    """Put rankings of several scenarios together, needs in their own order; scores are not compared.

    Parameters
    ----------
    parts : sequence of Ranking
        Disjoint needs.
    needs : DataFrame
        All of them.

    Returns
    -------
    Ranking
    """
    whole = {
        name: pd.concat([getattr(part, name) for part in parts if len(getattr(part, name))] or
                        [getattr(parts[0], name)], ignore_index=True)
        for name in ("frame", "unmatched", "excluded", "passed_over", "hints", "answers")
    }  # fmt: skip
    place = {need: i for i, need in enumerate(needs["need_id"])}
    for name, table in whole.items():
        order = np.argsort([place.get(need, -1) for need in table["need_id"]], kind="stable")
        whole[name] = table.iloc[order].reset_index(drop=True)
    frame = whole["frame"]
    names = [name for name in SIGNALS if name in frame]
    front = [column for column in frame if column not in (*names, "expert_id")]
    ids = ["expert_id"] if all("expert_id" in part.frame for part in parts) else []
    unusable = pd.concat([part.unusable for part in parts], ignore_index=True).drop_duplicates(ignore_index=True)
    return Ranking(
        frame=frame[[*front, *names, *ids]],
        needs=needs.reset_index(drop=True),
        unmatched=whole["unmatched"],
        unusable=unusable.sort_values("expert_id", kind="stable", ignore_index=True),
        candidates=parts[0].candidates,
        excluded=whole["excluded"],
        passed_over=whole["passed_over"],
        hints=whole["hints"],
        answers=whole["answers"],
        parts=tuple(parts),
    )


def _refused(found: Totals, top: int) -> tuple[Totals, Flags]:
    """Return the pairs refused for their need, and which of them would have been among its first."""
    first = np.zeros(len(found.allowed), dtype=bool)
    first[top_places(found.scored, top)] = True
    kept = np.flatnonzero(~found.allowed)
    return found.take(kept), first[kept]


def _joined(parts: Sequence[Totals], candidates: Candidates) -> Totals:
    whole = list(parts) or [candidates.pairs(candidates.asked(_NO_NEEDS), *_NO_PAIRS)]
    return Totals(
        scored=type(whole[0].scored)(
            *(np.concatenate([getattr(p.scored, name) for p in whole]) for name in ("need", "group", "score"))
        ),
        parts={name: np.concatenate([p.parts[name] for p in whole]) for name in candidates.signals},
        allowed=np.concatenate([p.allowed for p in whole]),
        role=np.concatenate([p.role for p in whole]),
        why=np.concatenate([p.why for p in whole]),
    )


def _frame(candidates: Candidates, needs: pd.DataFrame, kept: Totals) -> pd.DataFrame:
    need, group, score = kept.scored
    ids = candidates.ids[group]
    first = np.flatnonzero(np.r_[True, need[1:] != need[:-1]]) if len(need) else np.array([], int)
    sizes = np.diff(np.r_[first, len(need)])
    gate = candidates.gate
    ruled = {} if gate is None else {
        "scenario": np.full(len(need), gate.scenario.name, dtype=object),
        "role": np.array(gate.role_names, dtype=object)[kept.role],
    }  # fmt: skip
    frame = pd.DataFrame(
        {
            "need_id": needs["need_id"].to_numpy(dtype=object)[need],
            "rank": np.arange(len(need)) - np.repeat(first, sizes) + 1,
            "candidate_id": ids,
            "candidate_kind": candidates.kinds_of[group],
            **ruled,
            "score": score,
            "probability": np.nan,
            **kept.parts,
        }
    )
    return frame.assign(expert_id=ids) if candidates.listed_kinds == ("expert",) else frame


def _main_reasons(asked: Asked, refused: Sequence[tuple[Totals, Flags]]) -> dict[int, str]:
    """Return what refuses most of the candidates of each need, the first of equals."""
    if asked.gate is None:
        return {}
    counts: dict[int, np.ndarray] = {}
    for found, _ in refused:
        for need in np.unique(found.scored.need).tolist():
            why = found.why[found.scored.need == need]
            counts[need] = np.bincount(why, minlength=len(asked.gate.reasons) + 1)
    return {need: asked.gate.reasons[int(np.argmax(count)) - 1] for need, count in counts.items()}


def _unmatched(candidates: Candidates, asked: Asked, matched: set[str], reasons: Mapping[int, str]) -> pd.DataFrame:
    terms, texts = np.diff(asked.vectors.indptr), need_columns(asked.frame)
    rows = []
    for i, need_id in enumerate(asked.frame["need_id"]):
        if need_id in matched:
            continue
        if not any(column[i].strip() for column in texts.values()):
            reason = "需求没有文字，请补充名称或内容"
        elif not terms[i]:
            reason = "需求的用词在专家库中都没有出现过"
        elif candidates.gate is None:
            reason = "没有专家的成果与需求有共同的用词"
        elif i in reasons:
            reason = f"有共同用词的候选都不合规则，多因：{reasons[i]}。见“回避与排除”"
        else:
            reason = "合规则的候选与需求没有共同的用词"
        rows.append((need_id, texts["title"][i], reason))
    return pd.DataFrame(rows, columns=["need_id", "title", "reason"])


def _unusable(candidates: Candidates) -> pd.DataFrame:
    return pd.DataFrame(list(candidates.unusable), columns=["expert_id", "name", "reason"])


def _excluded(candidates: Candidates, asked: Asked, refused: Sequence[tuple[Totals, Flags]]) -> pd.DataFrame:
    gate, held = candidates.gate, asked.gate
    if gate is None or held is None:
        return pd.DataFrame(columns=list(EXCLUDED))
    rows = [("", *_who(candidates, place), *found) for place, found in gate.refusals]
    need_ids = asked.frame["need_id"].tolist()
    for found, first in refused:
        pairs = zip(found.scored.need[first].tolist(), found.scored.group[first].tolist(), strict=True)
        for need, place in pairs:
            told = (one for one in held.findings(need, place) if one.outcome != "hint")
            rows += [(need_ids[need], *_who(candidates, place), *one) for one in told]
    return pd.DataFrame(rows, columns=list(EXCLUDED))


def _who(candidates: Candidates, place: int) -> tuple[str, str, str, str]:
    kind, key = candidates.kind_and_id[place]
    scenario = "" if candidates.gate is None else candidates.gate.scenario.name
    return scenario, kind, key, candidates.names.get(candidate_key(kind, key), key)


def _passed_over(candidates: Candidates, asked: Asked, refused: Sequence[tuple[Totals, Flags]]) -> pd.DataFrame:
    if candidates.gate is None or asked.gate is None:
        return pd.DataFrame(columns=list(PASSED_OVER))
    counts: dict[tuple[int, int], int] = {}
    for found, first in refused:
        reasons = len(asked.gate.reasons) + 1
        keys, sizes = np.unique(found.scored.need[~first] * reasons + found.why[~first], return_counts=True)
        counts |= {divmod(key, reasons): size for key, size in zip(keys.tolist(), sizes.tolist(), strict=True)}
    need_ids, name = asked.frame["need_id"].tolist(), candidates.gate.scenario.name
    rows = [(need_ids[need], name, asked.gate.reasons[why - 1], count) for (need, why), count in sorted(counts.items())]
    return pd.DataFrame(rows, columns=list(PASSED_OVER))


def _hints(candidates: Candidates, asked: Asked, kept: Totals) -> pd.DataFrame:
    rows = []
    if asked.gate is not None:
        need_ids, noted = asked.frame["need_id"].tolist(), asked.gate.noted(kept.scored.need, kept.scored.group)
        for need, place in zip(kept.scored.need[noted].tolist(), kept.scored.group[noted].tolist(), strict=True):
            pair = (need_ids[need], *candidates.kind_and_id[place])
            rows += [(*pair, one.label, one.detail, one.source) for one in asked.gate.findings(need, place)]
    return pd.DataFrame(rows, columns=list(HINTS))


_NO_NEEDS = pd.DataFrame({"need_id": pd.Series(dtype=object)})
_NO_PAIRS = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
