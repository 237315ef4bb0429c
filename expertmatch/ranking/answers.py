"""Whether a need is answered: by somebody who probably suits, or by saying that nobody does, and what was missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from expertmatch.errors import check_number
from expertmatch.ranking.calibrate import Calibration
from expertmatch.ranking.missing import missing_words
from expertmatch.ranking.signals import Floats

if TYPE_CHECKING:
    from expertmatch.ranking.rank import Ranking

LEVEL = 0.5
"""Probability from which a match is called suitable: more likely than not. A scenario may ask for more."""
NOBODY = "库中没有合适的专家"


def apply(
    ranking: Ranking, calibration: Calibration, *, scenario: str = "", level: float = LEVEL
) -> tuple[Floats, pd.DataFrame]:
    """Return the probability of each recommended pair, and for each need whether anybody suits.

    Parameters
    ----------
    ranking : Ranking
        Recommended pairs.
    calibration : Calibration
        Made for this index, these weights and this scenario.
    scenario : str, default ""
        The scenario's name.
    level : float, default 0.5
        Probability from which a match is called suitable.

    Returns
    -------
    probability : ndarray of float64, shape (pairs,)
        Aligned with ``ranking.frame``; NaN where nothing can be said.
    answers : DataFrame
        A row a need, in the ranking's order: need_id; answered (boolean, missing without calibration): whether
        anybody in the first places is called suitable; p_best, the highest probability among them; missing, the
        need's telling words that none of the first has, joined by 、; sentence, Chinese, empty where answered.

    Raises
    ------
    CalibrationError
        Another index, other signal weights or another scenario.
    SettingError
        A level that is no number from 0 to 1.
    """
    check_number("level", level, 1.0)
    probability = calibration.probabilities(ranking, scenario=scenario)
    needs = [str(need) for need in ranking.needs["need_id"]]
    best = pd.Series(probability, index=ranking.frame["need_id"].to_numpy(dtype=object)).groupby(level=0).max()
    p_best = best.reindex(needs).to_numpy(dtype=np.float64)
    answers = pd.DataFrame({"need_id": pd.Series(needs, dtype=object), "answered": p_best >= level, "p_best": p_best})
    answers["answered"] = answers["answered"].astype("boolean")
    if not calibration.enough:
        answers["answered"] = pd.NA
        return probability, answers.assign(missing="", sentence="")
    unanswered = [need for need, enough in zip(needs, p_best >= level, strict=True) if not enough]
    gone = missing_words(ranking, unanswered, first=calibration.first)
    answers["missing"] = ["、".join(gone.get(need, ())) for need in needs]
    partly = missing_words(ranking, [need for need in unanswered if not gone[need]], first=1)
    told = zip(needs, p_best, strict=True)
    answers["sentence"] = [
        nobody(float(p), gone[need], partly.get(need, ())) if need in gone else "" for need, p in told
    ]
    return probability, answers


def nobody(p_best: float, missing: Sequence[str], by_first: Sequence[str] = ()) -> str:
    """Return the sentence for a need that nobody suits.

    Parameters
    ----------
    p_best : float
        The highest probability; NaN where there is no candidate at all.
    missing : sequence of str
        Words that nobody among the first has.
    by_first : sequence of str, default ()
        Words that the first one has not, where the others have them.

    Returns
    -------
    str

    Examples
    --------
    >>> nobody(0.12, ["霜冻", "防霜机"])
    '库中没有合适的专家：排在最前的人合适的概率只有 12%，他们的成果和简介都没有提到“霜冻”“防霜机”。'
    """
    said = []
    if not np.isnan(p_best):
        said.append(f"排在最前的人合适的概率只有 {p_best:.0%}")
    if missing:
        who = "没有人提到" if np.isnan(p_best) else "他们的成果和简介都没有提到"
        said.append(who + "".join(f"“{word}”" for word in missing))
    elif by_first:
        said.append("首选的成果和简介没有提到" + "".join(f"“{word}”" for word in by_first))
    return f"{NOBODY}：{'，'.join(said)}。" if said else f"{NOBODY}。"
