"""Works to the experts they are evidence of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from expertmatch.errors import Problem
from expertmatch.tables.clean import split_names
from expertmatch.tables.joining.identity import made_id, mapped, name_key, person_keys, title_key
from expertmatch.tables.joining.pending import Questions
from expertmatch.tables.joining.people import PersonRows, from_works, to_experts
from expertmatch.tables.joining.resolve import Joined, Mentions, People, id_against_name, join, unknown_id
from expertmatch.tables.joining.rows import Stack, Texts, known_columns, text_frame
from expertmatch.tables.joining.unite import content_order, disagreements, unite


@dataclass(frozen=True)
class Attached:
    """What joining the works gave.

    Parameters
    ----------
    experts
        All experts, those made from works among them.
    rows
        The rows the experts were made of, but for people known only by name.
    pairs
        ``(position of the work's row, expert id)``.
    problems
        Everything found, the disagreements of the experts' rows among it.
    """

    experts: pd.DataFrame
    rows: PersonRows
    pairs: list[tuple[int, str]]
    problems: list[Problem]


def work_columns() -> tuple[str, ...]:
    """Return the columns of a pool's works: those of the contract that are about the work itself."""
    own = tuple(c for c in known_columns("works") if not c.startswith("expert_"))
    first = ("work_id", "expert_id", "title", "text", "keywords", "date", "year", "kind", "authors")
    return (*first, *(c for c in own if c not in first))


_Authors = Mapping[str, Sequence[str]]


def _principals(works: Stack, several: _Authors) -> PersonRows:
    """Return the people whom works of pools without an experts table name by id."""
    ids = works.texts("expert_id")
    at = np.flatnonzero(~works.listed & (ids != ""))
    names = _principal_names(works, several)
    return from_works(works, at, list(ids[at]), list(names[at]), [True] * len(at))


def _principal_names(works: Stack, several: _Authors) -> Texts:
    """Return whom a row is about: the person in charge, or the one author."""
    alone = mapped(works.texts("authors"), lambda v: several[v][0] if len(several[v]) == 1 else "")
    named = works.texts("expert_name")
    return np.where(named != "", named, alone)


def _mentions(works: Stack, people: People, several: _Authors) -> Mentions:
    """List the people whom rows name without an id."""
    ids, units, parents = (works.texts(c) for c in ("expert_id", "expert_unit", "expert_unit_parent"))
    principal, authors, listed = _principal_names(works, several), works.texts("authors"), works.listed
    found = Mentions()
    for i in np.flatnonzero(((ids == "") | (authors != "")) & ~works.joined):
        makes, known = not listed[i], name_key(principal[i])
        if ids[i]:
            known = people.names.get(ids[i], "") or known
            makes = makes and bool(known)  # one of the authors is this expert, and nobody says which
        elif known:
            found.add(int(i), principal[i], units[i], parents[i], makes, True)
        for name in several[authors[i]]:
            if name_key(name) not in {known, name_key(principal[i])}:
                found.add(int(i), name, units[i], parents[i], makes, False)
    return found


def attach_works(works: Stack, listed: PersonRows, questions: Questions) -> Attached:
    """Find the experts of all works, making them where no experts table came with the works.

    Parameters
    ----------
    works
        Checked rows.
    listed
        Rows of experts tables.
    questions
        Answers so far; new questions are added.

    Returns
    -------
    Attached
    """
    several = {cell: split_names(cell) for cell in dict.fromkeys(works.texts("authors"))}
    solid = listed.with_rows(_principals(works, several))
    experts, found = to_experts(solid)
    people = People(experts)
    pairs, problems = _by_id(works, people)
    mentions = _mentions(works, people, several)
    titles = works.texts("title")
    known = solid
    outcomes: list[tuple[Mentions, Joined]] = []
    # a name with a unit tells a person; one without can only be recognised once those are known
    for keep in (
        [m and bool(p) for m, p in zip(mentions.makes, mentions.parent, strict=True)],
        [m and not p for m, p in zip(mentions.makes, mentions.parent, strict=True)],
        [not m for m in mentions.makes],
    ):
        some = mentions.where(keep)
        if not len(some):
            continue
        joined = join(some, works, people, questions, titles)
        outcomes.append((some, joined))
        makes = [m for m in range(len(some)) if some.makes[m]]
        if makes:
            known = known.with_rows(_described(works, some, joined))
            experts, found = to_experts(known)
            people = People(experts)
            _name_made(some, joined, works)
    for some, joined in outcomes:
        pairs += [(some.row[m], one) for m, one in enumerate(joined.expert_id) if one]
    problems += found + _unjoined(works, pairs, outcomes)
    return Attached(experts, solid, sorted(set(pairs)), problems)


def _by_id(works: Stack, people: People) -> tuple[list[tuple[int, str]], list[Problem]]:
    pairs: list[tuple[int, str]] = []
    problems: list[Problem] = []
    ids, names = works.texts("expert_id"), works.texts("expert_name")
    for i in np.flatnonzero(ids != ""):
        if ids[i] in people:
            pairs.append((int(i), ids[i]))
            if names[i]:
                problems += id_against_name(works, int(i), ids[i], names[i], people, "expert_name")
        else:
            found = unknown_id(works, int(i), ids[i], people, "expert_id", "这条成果未采用")
            problems.append(replace(found, severity="note"))  # all of them together are one warning
    return pairs, problems


def _described(works: Stack, some: Mentions, joined: Joined) -> PersonRows:
    """Return what the rows say about people to be made, and about those found who are described whole."""
    unknown = set(joined.unknown)
    at = [m for m in range(len(some)) if m in unknown or (joined.expert_id[m] and some.whole[m])]
    return from_works(
        works,
        [some.row[m] for m in at],
        [joined.expert_id[m] for m in at],
        [some.name[m] for m in at],
        [some.whole[m] for m in at],
    )


def _name_made(some: Mentions, joined: Joined, works: Stack) -> None:
    """Write the ids of the experts just made to their mentions."""
    at = joined.unknown
    rows = from_works(
        works,
        [some.row[m] for m in at],
        [""] * len(at),
        [some.name[m] for m in at],
        [some.whole[m] for m in at],
    )
    for m, key in zip(at, person_keys(rows.rows.frame), strict=True):
        joined.expert_id[m] = made_id("E", *key.split("\x1f"))
    joined.unknown.clear()


def _unjoined(works: Stack, pairs: list[tuple[int, str]], outcomes: list[tuple[Mentions, Joined]]) -> list[Problem]:
    """List the works that nobody in the pool has, and count the people left out and joined by name alone."""
    used = {i for i, _ in pairs}
    asked = {some.row[m] for some, joined in outcomes for m in joined.doubtful}
    named = {row for some, _ in outcomes for row in some.row}
    outside: dict[int, list[str]] = {}
    by_name: dict[int, list[int]] = {}
    for some, joined in outcomes:
        for m in joined.unknown:
            outside.setdefault(some.row[m], []).append(some.name[m])
        for m in joined.by_name:
            by_name.setdefault(int(works.part[some.row[m]]), []).append(int(works.row[some.row[m]]))
    problems: list[Problem] = []
    coauthors: dict[int, list[int]] = {}
    ids = works.texts("expert_id")
    unused = {i: "no-id" for i in np.flatnonzero(ids != "").tolist() if i not in used}
    for i in range(len(works)):
        if i in used:
            if i in outside:
                coauthors.setdefault(int(works.part[i]), []).extend([int(works.row[i])] * len(outside[i]))
        elif i in outside and i not in asked:
            names = "、".join(outside[i][:5])
            message = f"完成人“{names}”{'都' if len(outside[i]) > 1 else ''}不在专家库中，这条成果未采用。"
            remedy = "核对姓名和单位，或把此人补入专家表。"
            problems.append(works.problem(i, "note", "work-without-expert", message, remedy))
            unused.setdefault(i, "outside")
        elif i in asked:
            unused.setdefault(i, "asked")
        elif i in named:
            unused.setdefault(i, "denied")
    problems += [_count(works, p, "authors-not-in-pool", at, "位合作者不在专家库中，其成果已记在库内的完成人名下。")
                 for p, at in sorted(coauthors.items())]  # fmt: skip
    problems += [_count(works, p, "joined-by-name", at, "处只凭姓名对上专家（库中仅一位此姓名，且单位未写）。")
                 for p, at in sorted(by_name.items())]  # fmt: skip
    return problems + _not_used(works, used, unused)


_WHY_NOT_USED = {
    "outside": "行的完成人不在专家库中",
    "no-id": "行的专家编号不在专家库中",
    "asked": "行待确认",
    "denied": "行已确认不在库",
}


def _not_used(works: Stack, used: set[int], unused: Mapping[int, str]) -> list[Problem]:
    """Say in one warning a table how many of its works are used; each that is not is listed beside."""
    problems = []
    for p, origin in enumerate(works.parts):
        mine = np.flatnonzero(works.part == p).tolist()
        counts = {why: [i for i in mine if unused.get(i) == why] for why in _WHY_NOT_USED}
        if not (counts["outside"] or counts["no-id"]):  # doubtful rows alone are told of by the 待确认 sheet
            continue
        kept, total = sum(i in used for i in mine), max(origin.read, len(origin.frame))
        said = [f"{len(rows):,} {_WHY_NOT_USED[why]}" for why, rows in counts.items() if rows]
        rest = total - len(mine)
        said += [f"{rest:,} 行与其他行重复"] if rest else []
        rest = len(mine) - kept - sum(map(len, counts.values()))
        said += [f"{rest:,} 行另有原因（见逐行说明）"] if rest else []
        ask = "待确认的，请填写“待确认”表。" if counts["asked"] else ""
        problems.append(
            Problem(
                severity="warning",
                code="works-not-used",
                message=f"成果表 {total:,} 行，采用 {kept:,} 行；{'，'.join(said)}。",
                remedy=f"请核对专家表是否给全、姓名和单位的写法是否一致；应入库的人请补入专家表。{ask}",
                table="works",
                file=origin.file,
                sheet=origin.sheet,
            )
        )
    return problems


def _count(works: Stack, part: int, code: str, at: list[int], text: str) -> Problem:
    """Say something of people in these rows of a sheet; a row stands there as often as it names one."""
    origin, rows = works.parts[part], tuple(sorted(set(at)))
    return Problem(
        severity="note",
        code=code,
        message=f"{len(at)} {text}",
        table="works",
        file=origin.file,
        sheet=origin.sheet,
        row=rows[0],
        rows=rows if len(rows) > 1 else (),
    )


def to_works(works: Stack, pairs: list[tuple[int, str]]) -> tuple[pd.DataFrame, list[Problem]]:
    """Make one row per expert and work.

    Parameters
    ----------
    works
        Checked rows.
    pairs
        See :class:`Attached`.

    Returns
    -------
    DataFrame, list of Problem
        Sorted by expert, date, title, text and id. A work is told by its id, else by its title; rows about
        the same work of the same expert are united, the latest deciding. Rows without a title are no evidence
        (checking has listed them).
    """
    titled = works.texts("title") != ""
    kept = [(i, e) for i, e in pairs if titled[i]]
    rows = works.take(np.array([i for i, _ in kept], dtype=np.int64))
    experts = np.array([e for _, e in kept], dtype=object)
    extra = [c for c in rows.frame.columns if c not in known_columns("works")]
    columns = [*work_columns(), *extra]
    frame = text_frame({c: rows.texts(c) for c in columns})
    work_ids, doubts = _work_ids(rows, experts)
    frame["expert_id"], frame["work_id"] = experts, work_ids
    rows = Stack(frame, rows.row, rows.part, rows.parts)
    both = np.array([f"{e}\x1f{w}" for e, w in zip(experts, work_ids, strict=True)], dtype=object)
    blocks = [("date", "year"), *((c,) for c in columns if c not in {"date", "year", "keywords"})]
    stamps = (rows.texts("date"),)
    order = content_order(frame, both, stamps)
    _, united, taken = unite(frame, both, order, blocks, ("keywords",))
    titles = rows.texts("title")
    problems = doubts + disagreements(rows, both, taken, blocks, stamps, lambda i: f"成果“{titles[i][:30]}”")
    keys = [united[c].to_numpy(dtype=object) for c in ("expert_id", "date", "title", "text", "work_id")]
    if len(united):
        ranks = [pd.factorize(k, sort=True)[0] for k in reversed(keys)]
        united = united.iloc[np.lexsort(ranks)].reset_index(drop=True)
    return united, problems


def _work_ids(rows: Stack, experts: Texts) -> tuple[Texts, list[Problem]]:
    """Give every row its work's id; an id under which one expert has several titles tells no work."""
    given, titles = rows.texts("work_id").copy(), mapped(rows.texts("title"), title_key)
    owner: dict[tuple[str, str], int] = {}
    shared: dict[str, tuple[int, int]] = {}
    for i in np.flatnonzero(given != ""):
        first = owner.setdefault((given[i], ""), int(i))
        if titles[first] != titles[i]:
            shared.setdefault(given[i], (first, int(i)))
    problems = [
        rows.problem(
            i,
            "warning",
            "one-id-two-works",
            f"成果编号 {one} 用于不同的成果（{rows.where(first, i)}“{rows.texts_at('title', [first])[0][:30]}”），"
            "两条都保留，编号另行生成。",
            "若是同一成果，请把名称写成一样。",
            "work_id",
            one,
        )
        for one, (first, i) in sorted(shared.items())
    ]
    given[np.array([g in shared for g in given], dtype=bool)] = ""
    by_title: dict[tuple[str, str], str] = {}
    for e, c, g in zip(experts, titles, given, strict=True):
        if g:
            by_title[e, c] = min(by_title.get((e, c), g), g)
    ids = [g or by_title.get((e, c)) or made_id("W", e, c) for e, c, g in zip(experts, titles, given, strict=True)]
    return np.array(ids, dtype=object), problems
