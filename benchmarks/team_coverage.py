"""Can composing a team by coverage pay? What covering a sub-topic says of a grade, and how much coverage is left.

Rules were chosen on one half of the sample's needs (seed 20260); figures are of the other.

    python benchmarks/team_coverage.py > benchmarks/results/team_coverage.txt
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import sample
from quality import machine

import expertmatch as em
from expertmatch.planning.covering import coverage, covers
from expertmatch.planning.subtopics import SubTopics, subtopics
from expertmatch.ranking.candidates import Candidates, candidate_key

SEED, TEAM, FIRST = 20260, 3, 40
PRICES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def grades_of() -> pd.DataFrame:
    """Return each judged pair with the mean of its grades, societies too."""
    files = [em.read_judgments(sample.DATA / f"{name}.csv").frame for name in ("judgments", "judgments_programmes")]
    return pd.concat(files).groupby(["need_id", "expert_id"], as_index=False)["grade"].mean()


def halves(needs: pd.DataFrame) -> np.ndarray:
    """Return for each need which half it is of; rules were chosen on half 0.

    Judged needs with keywords are cut as they were when rules were chosen; the others kind by kind.
    """
    half, rng = np.zeros(len(needs), dtype=np.int64), np.random.default_rng(SEED)
    judged = (needs["need_id"].isin(grades_of()["need_id"]) & (needs["keywords"] != "")).to_numpy()
    order = np.flatnonzero(judged)
    rng.shuffle(order)
    half[order[len(order) // 2 :]] = 1
    for _, places in sorted(needs[~judged].groupby("kind").groups.items()):
        half[rng.permutation(np.asarray(places))[len(places) // 2 :]] = 1
    return half


# what covering says of a grade


def judged(matcher: em.Matcher, needs: pd.DataFrame) -> tuple[pd.DataFrame, SubTopics, np.ndarray]:
    """Return judged pairs with their text score, and what the candidates cover."""
    pairs = grades_of()
    programmes, rows = matcher.programmes_, matcher.index_.rows.expert_ids
    candidates = replace(programmes.plain, graph=programmes.graph)
    place = {key: i for i, key in enumerate(rows)}
    ids = [key if key in place else candidate_key("society", key) for key in pairs["expert_id"]]
    pairs["candidate"] = [place[key] for key in ids]
    pairs["need"] = pairs["need_id"].map({key: i for i, key in enumerate(needs["need_id"])})
    both = pairs["need"].to_numpy(np.int64), pairs["candidate"].to_numpy(np.int64)
    scoring = replace(candidates, signals={"text": 0.5, "discipline": 0.5})
    parts = scoring.pairs(scoring.asked(needs), *both).parts
    pairs["text"], pairs["near"] = parts["text"], parts["discipline"]
    sub = subtopics(candidates, needs)
    return pairs, sub, covers(sub, candidates, *both)


def beyond_text(pairs: pd.DataFrame, covered: np.ndarray, draws: int, *more: str) -> str:
    """Return the partial correlation of grade and coverage within needs, given the text score, with an interval.

    Text is held by its score, the root of it and the rank within the need.
    """
    own = pairs.assign(covered=covered)
    own["root"] = np.sqrt(own["text"])
    own["rank"] = own.groupby("need")["text"].rank(pct=True)
    names = ["grade", "covered", "text", "root", "rank", *more]
    inner = own[names] - own.groupby("need")[names].transform("mean")
    places = list(own.reset_index(drop=True).groupby("need").indices.values())
    values, rng = inner.to_numpy(), np.random.default_rng(SEED)

    def partial(rows: np.ndarray) -> float:
        given = values[rows, 2:]
        rest = [values[rows, i] - given @ np.linalg.lstsq(given, values[rows, i], rcond=None)[0] for i in (0, 1)]
        return float(rest[0] @ rest[1] / np.sqrt((rest[0] @ rest[0]) * (rest[1] @ rest[1])))

    drawn = [partial(np.concatenate([places[i] for i in rng.integers(len(places), size=len(places))]))
             for _ in range(draws)]  # fmt: skip
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{partial(np.arange(len(values))):.3f} [{low:.3f}, {high:.3f}] ({len(places)} needs, {len(own)} pairs)"


def grades(matcher: em.Matcher, needs: pd.DataFrame, draws: int) -> None:
    pairs, sub, covered = judged(matcher, needs)
    half = halves(needs)[pairs["need"].to_numpy()]
    weights = sub.weights[pairs["need"].to_numpy()]
    sorts = np.array([[*(one.sort for one in own), *[""] * (sub.most - len(own))] for own in sub.of_need])
    sorts = sorts[pairs["need"].to_numpy()]
    print("\nGrade and coverage beyond the text score: partial correlation within needs")
    parts: dict[str, np.ndarray] = {}
    for sort in ("keyword", "word", "discipline"):
        own = weights * (sorts == sort)
        total = own.sum(axis=1)
        share = np.divide((own * covered).sum(axis=1), total, out=np.full(len(total), np.nan), where=total > 0)
        parts[sort] = share
        for which in (0, 1):
            here = (half == which) & ~np.isnan(share)
            told = beyond_text(pairs[here], share[here], draws)
            given = beyond_text(pairs[here], share[here], draws, "near")
            print(f"{sort:10} half {which}: covered {share[here].mean():.3f}, r {told}; given the walk too {given}")
    print("\nDisciplines' weight, beside keywords or words")
    terms = np.where(np.isnan(parts["keyword"]), parts["word"], parts["keyword"])
    both = ~np.isnan(terms) & ~np.isnan(parts["discipline"])
    for weight in (0.0, 0.15, 0.3, 0.45, 0.6, 1.0):
        mixed = (1 - weight) * terms + weight * parts["discipline"]
        told = [
            beyond_text(pairs[here], mixed[here], draws, *more)
            for more in ((), ("near",))
            for here in (both & (half == 0), both & (half == 1))
        ]
        print(f"{weight:.2f}: half 0 {told[0]}; half 1 {told[1]}; given the walk too {told[2]}; {told[3]}")


# how much coverage is left


def teams(candidates: Candidates, ranking: em.Ranking) -> pd.DataFrame:
    """Return coverage and score of teams of three for each need: first three, best coverage, and prices between."""
    place = {key: i for i, key in enumerate(candidates.index.rows.expert_ids)}
    need_place = {key: i for i, key in enumerate(ranking.needs["need_id"])}
    frame = ranking.frame
    need = np.array([need_place[key] for key in frame["need_id"]], dtype=np.int64)
    keys = zip(frame["candidate_kind"], frame["candidate_id"], strict=True)
    candidate = np.array([place[candidate_key(kind, key)] for kind, key in keys], dtype=np.int64)
    sub = subtopics(candidates, ranking.needs)
    covered, weights = covers(sub, candidates, need, candidate), sub.weights
    rows = []
    for one in np.unique(need).tolist():
        here = np.flatnonzero(need == one)
        if len(here) < TEAM or not weights[one].any():
            continue
        scores = frame["score"].to_numpy()[here]
        every = np.array(list(combinations(range(len(here)), TEAM)))
        share = covered[here][every].any(axis=1) @ weights[one]
        total = scores[every].sum(axis=1) / scores[:TEAM].sum()
        row: dict[str, Any] = {
            "need": one,
            "kind": ranking.needs["kind"].iloc[one],
            "greedy": greedy(covered[here], weights[one]),
        }
        first = coverage(sub, need[here[:TEAM]], covered[here[:TEAM]])[one]
        row |= {"first": first, "best": share.max(), "best_score": total[share >= share.max() - 1e-9].max(),
                "possible": covered[here].any(axis=0) @ weights[one]}  # fmt: skip
        for price in PRICES:
            taken = int(np.argmax(total + price * share))
            row |= {f"cover {price}": share[taken], f"score {price}": total[taken]}
        rows.append(row)
    return pd.DataFrame(rows)


def greedy(covered: np.ndarray, weights: np.ndarray) -> float:
    """Return the coverage of the team that adds at each place who adds most, the better score first."""
    have = np.zeros(covered.shape[1], dtype=bool)
    for _ in range(TEAM):
        have |= covered[int(np.argmax((covered & ~have) @ weights))]
    return float(have @ weights)


def headroom(matcher: em.Matcher, needs: pd.DataFrame) -> None:
    half = halves(needs)
    found = []
    for name, part in matcher.programmes_.ranked(needs, FIRST):
        table = teams(part.candidates, part)
        if table.empty:
            continue
        found.append(table.assign(scenario=name, half=half[_places(needs, part)[table["need"].to_numpy()]]))
    table = pd.concat(found, ignore_index=True)
    print(f"\nCoverage of teams of {TEAM} among the first {FIRST}; score as a share of the first {TEAM}'s")
    columns = ["first", "greedy", "best", "possible", "best_score"]
    for which in (0, 1):
        own = table[table["half"] == which]
        told = own[columns].mean().round(3).to_dict()
        better = (own["best"] > own["first"] + 1e-9).mean()
        print(f"half {which}: {len(own)} needs, {told}, better than the first for {better:.3f} of needs")
    own = table[table["half"] == 1]
    print(own.groupby("scenario")[columns].mean().round(3).assign(needs=own.groupby("scenario").size()).to_string())
    print("\nBest by score share + price x coverage, half 1")
    for price in PRICES:
        cover, score = own[f"cover {price}"], own[f"score {price}"]
        print(f"{price:4.2f}: coverage {cover.mean():.3f}, score {score.mean():.4f}, least score {score.min():.3f}, "
              f"teams changed {(score < 1 - 1e-9).mean():.3f}")  # fmt: skip


def _places(needs: pd.DataFrame, part: em.Ranking) -> np.ndarray:
    place = {key: i for i, key in enumerate(needs["need_id"])}
    return np.array([place[key] for key in part.needs["need_id"]])


def main() -> int:
    needs = sample.all_needs()
    matcher = em.Matcher(scenario="auto").fit(sample.whole_pool())
    print(sample.told(machine()))
    grades(matcher, needs, 1000)
    headroom(matcher, needs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
