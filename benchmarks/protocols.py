"""The two sets of real data as tasks: needs, works, and who or what is right for each need.

The rules are those of the data folder's own README, quoted at each function.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

GROUPS = ("1", "2-4", "5+")
"""Groups of targets by the number of works they are left with."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """Needs, works and answers of one protocol.

    Parameters
    ----------
    name : str
        ``techtransfer`` or ``fund``.
    needs : DataFrame
        need_id, title, text.
    works : DataFrame
        expert_id, title, date; every expert has at least one work.
    judgments : DataFrame
        need_id, expert_id, grade: all graded pairs, or each need's one right person with grade 1.
    digests : dict of str to str
        SHA-256 of each file read.
    about : dict of str to int
        How many rows there were at each step.
    """

    name: str
    needs: pd.DataFrame
    works: pd.DataFrame
    judgments: pd.DataFrame
    digests: dict[str, str]
    about: dict[str, int]

    @property
    def people(self) -> np.ndarray:
        """All expert ids, ascending."""
        return np.array(sorted(set(self.works["expert_id"])), dtype=object)

    @property
    def groups(self) -> pd.Series:
        """Need id -> group by number of works of its right person (only with one right person a need)."""
        count = self.works["expert_id"].value_counts()
        works = self.judgments["expert_id"].map(count).to_numpy()
        group = np.where(works >= 5, GROUPS[2], np.where(works >= 2, GROUPS[1], GROUPS[0]))
        return pd.Series(group, index=self.judgments["need_id"], name="works")


def techtransfer(folder: Path, *, most: int | None = None) -> Task:
    """Requirement to achievement.

    "Each achievement is an expert with that one work. Score every judged pair, rank each requirement's judged
    achievements by score (ties by id), and take nDCG@10 [...], averaged over requirements with at least 5 judged
    achievements and more than one grade."

    Parameters
    ----------
    folder : Path
        With requirements.jsonl, achievements.jsonl and qrels.txt.
    most : int, optional
        Take only so many requirements, the first by id, and the achievements judged for them.
    """
    paths = [folder / name for name in ("requirements.jsonl", "achievements.jsonl", "qrels.txt")]
    requirements, achievements = (_json_lines(path) for path in paths[:2])
    fields = [line.split() for line in paths[2].read_text(encoding="utf-8").splitlines() if line.strip()]
    judged = pd.DataFrame(
        [(need, expert, int(grade)) for need, _, expert, grade in fields], columns=["need_id", "expert_id", "grade"]
    )
    per_need = judged.groupby("need_id")["grade"]
    fit = (per_need.size() >= 5) & (per_need.max() > per_need.min())
    qualifying = sorted(fit.index[fit])[:most]
    kept = judged[judged["need_id"].isin(qualifying)].sort_values(["need_id", "expert_id"], ignore_index=True)
    needs = requirements.rename(columns={"id": "need_id"})
    works = achievements.rename(columns={"id": "expert_id"}).assign(date="")
    about = {"requirements": len(needs), "achievements": len(works), "pairs": len(judged), "needs": len(qualifying)}
    if most is not None:
        needs = needs[needs["need_id"].isin(qualifying)]
        works = works[works["expert_id"].isin(set(kept["expert_id"]))]
    return Task(
        name="techtransfer",
        needs=_text(needs, ["need_id", "title", "text"]).sort_values("need_id", ignore_index=True),
        works=_text(works, ["expert_id", "title", "date"]).sort_values("expert_id", ignore_index=True),
        judgments=kept,
        digests={path.name: digest(path) for path in paths},
        about=about,
    )


def fund(folder: Path, *, most: int | None = None, disciplines: bool = False) -> Task:
    """Who leads the next project.

    "A person is one 负责人编号. Drop rows with an empty id or title and repeated (person, project title) rows;
    order by date, then title. [...] For everyone with two or more projects, the last one is the need and the
    others are the person's works; everyone else's projects stay in as works. Rank all people for each need."

    Of rows that repeat a project the latest stays. Needs are numbered by person.

    Parameters
    ----------
    folder : Path
        With social_fund_projects.csv (GB18030).
    most : int, optional
        Take only so many needs, the first by person id, and besides their people ten times as many others.
    disciplines : bool, default False
        Give needs and works the column disciplines: 学科分类 of the project's own row.
    """
    path = folder / "social_fund_projects.csv"
    table = pd.read_csv(path, encoding="gb18030", dtype=str, keep_default_na=False)
    headers = {"负责人编号": "expert_id", "项目名称": "title", "立项时间": "date", "学科分类": "disciplines"}
    extra = ["disciplines"] if disciplines else []
    table = table.rename(columns=headers)[["expert_id", "title", "date", *extra]]
    table = table.apply(lambda column: column.str.strip())
    about = {"rows": len(table)}
    table = table[(table["expert_id"] != "") & (table["title"] != "")]
    table = table.sort_values(["date", "title", "expert_id"], kind="stable")
    table = table.drop_duplicates(["expert_id", "title"], keep="last")
    about |= {"projects": len(table), "people": table["expert_id"].nunique()}
    by_person = table.groupby("expert_id")
    is_need = (by_person.cumcount(ascending=False) == 0) & (by_person["title"].transform("size") > 1)
    needs = table[is_need].sort_values("expert_id")
    about["needs"] = len(needs)
    works = table[~is_need]
    if most is not None:
        needs = needs.head(most)
        others = sorted(set(works["expert_id"]) - set(needs["expert_id"]))[: 10 * most]
        works = works[works["expert_id"].isin({*needs["expert_id"], *others})]
    needs = needs.assign(need_id=[f"N{i:05d}" for i in range(1, len(needs) + 1)], text="", grade=1)
    return Task(
        name="fund",
        needs=_text(needs, ["need_id", "title", "text", *extra]).reset_index(drop=True),
        works=works.sort_values(["expert_id", "date", "title"], ignore_index=True),
        judgments=needs[["need_id", "expert_id", "grade"]].reset_index(drop=True),
        digests={path.name: digest(path)},
        about=about,
    )


def _json_lines(path: Path) -> pd.DataFrame:
    lines = path.read_text(encoding="utf-8").splitlines()
    return pd.DataFrame([json.loads(line) for line in lines if line.strip()])


def _text(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return frame.reindex(columns=columns).fillna("").astype(object)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
