"""Which discipline a paper's abstract belongs to, from the lexicon alone.

"From the abstract alone, name the discipline without training on any labelled paper, only with the project's own
discipline lexicon. Report top-1 and top-3 accuracy over the 67 disciplines."

csl_crosswalk.csv maps GB/T 13745 to those names; it was written from the names. Settings are chosen on a seeded half
and reported on the other half. Two ways of reading are told apart: each abstract by itself, and refined, where the
unlabelled batch is read twice (em.link_disciplines(..., refine=True)).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from expertmatch.display import text_table
from expertmatch.graph.linking import Linker
from expertmatch.graph.prototypes import LinkWeights

CROSSWALK = Path(__file__).with_name("csl_crosswalk.csv")
SEED = 0
SMOKE = 100
GRID: Mapping[str, tuple[float, ...]] = {
    "phrase_weight": (1.0, 2.0),
    "pair_weight": (0.4, 0.8),
    "character_weight": (0.3, 0.6),
    "length_slope": (0.9, 1.0, 1.1),
    "inherit": (0.0, 0.3),
}
"""Weights tried; the others keep their defaults."""


@dataclass(frozen=True, kw_only=True)
class Papers:
    """Abstracts and their disciplines, in the order of the file.

    Parameters
    ----------
    texts : list of str
        The abstracts.
    labels : list of str
        The disciplines.
    digest : str
        SHA-256 of the file.
    """

    texts: list[str]
    labels: list[str]
    digest: str

    def part(self, places: np.ndarray) -> Papers:
        """Return some of the papers."""
        chosen = places.tolist()
        return Papers(
            texts=[self.texts[i] for i in chosen], labels=[self.labels[i] for i in chosen], digest=self.digest
        )


def load(folder: Path) -> Papers:
    """Read papers.jsonl."""
    path = folder / "papers.jsonl"
    papers = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return Papers(
        texts=[paper["abstract"] for paper in papers],
        labels=[paper["discipline"] for paper in papers],
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def halves(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the half that settings are chosen on, and of the half that is reported."""
    order = np.random.default_rng(SEED).permutation(count)
    return np.sort(order[: count // 2]), np.sort(order[count // 2 :])


def accuracy(papers: Papers, scores: np.ndarray, names: tuple[str, ...]) -> dict[str, float]:
    """Return top-1 and top-3, over papers (micro) and as the mean over disciplines (macro); ties go by name."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    place = {name: i for i, name in enumerate(names)}
    right = order == np.array([place.get(label, -1) for label in papers.labels])[:, None]
    right &= np.take_along_axis(scores, order, axis=1) > 0
    hits = pd.DataFrame({"top-1": right[:, 0], "top-3": right.any(axis=1), "label": papers.labels})
    means = hits.groupby("label")[["top-1", "top-3"]].mean()
    return {
        f"{measure} {kind}": round(float(value), 4)
        for measure in ("top-1", "top-3")
        for kind, value in (("micro", hits[measure].mean()), ("macro", means[measure].mean()))
    }


def measured(
    papers: Papers, weights: LinkWeights | None = None, *, refine: bool, only: np.ndarray | None = None
) -> dict[str, float]:
    """Link the papers and return the accuracies, of all of them or only of some."""
    linker = Linker.fit(crosswalk=CROSSWALK, weights=weights)
    scores = linker.scores(papers.texts, refine=refine)
    if only is None:
        return accuracy(papers, scores, linker.labels.names)
    return accuracy(papers.part(only), scores[only], linker.labels.names)


def choose(papers: Papers, say: Callable[[str], None]) -> LinkWeights:
    """Return the weights with the best mean of top-1 and top-3; ties go to those declared first."""
    best, most = LinkWeights(), -1.0
    for values in product(*GRID.values()):
        weights = LinkWeights(**dict(zip(GRID, values, strict=True)))
        found = measured(papers, weights, refine=False)
        mean = (found["top-1 micro"] + found["top-3 micro"]) / 2
        if mean > most:
            best, most = weights, mean
            told = ", ".join(f"{name} {value:g}" for name, value in zip(GRID, values, strict=True))
            say(f"  {told}: {found['top-1 micro']:.4f} {found['top-3 micro']:.4f}")
    return best


def run(folder: Path, say: Callable[[str], None], *, smoke: bool = False, tune: bool = False) -> dict[str, Any]:
    """Measure the defaults on all papers and on the reported half; with ``tune``, chosen weights on that half too."""
    papers = load(folder)
    if smoke:
        papers = papers.part(np.arange(min(SMOKE, len(papers.texts))))
    chosen_on, reported = halves(len(papers.texts))
    rows: dict[str, dict[str, float]] = {}
    start = time.perf_counter()
    for name, refine in (("one by one", False), ("refined", True)):
        rows[f"all {len(papers.texts)}, {name}"] = measured(papers, refine=refine)
        rows[f"reported {len(reported)}, {name}"] = measured(papers.part(reported), refine=refine)
    rows[f"reported {len(reported)}, refined among all"] = measured(papers, refine=True, only=reported)
    if tune:
        weights = choose(papers.part(chosen_on), say)
        say(f"  chosen on the other half: {vars(weights)}")
        for name, refine in (("one by one", False), ("refined", True)):
            rows[f"reported {len(reported)}, {name}, chosen"] = measured(papers.part(reported), weights, refine=refine)
    measures = list(next(iter(rows.values())))
    table = [[name, *(f"{found[measure]:.3f}" for measure in measures)] for name, found in rows.items()]
    say(text_table(["papers", *measures], table, width=140, max_rows=None))
    seconds = round(time.perf_counter() - start, 1)
    return {"digest": papers.digest, "labels": len(set(papers.labels)), "accuracy": rows, "seconds": seconds}
