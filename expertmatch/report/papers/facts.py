"""What stands in each paper: a plan's workbook as the texts and lists that a template names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from expertmatch.planning.drawing.record import EXCLUDED, HEAD, LOTS, SHORT, SIGNED
from expertmatch.planning.pencil.seats import Seat
from expertmatch.planning.pencil.words import KIND_NAMES
from expertmatch.report.papers.book import DrawSheets, PlanBook
from expertmatch.report.papers.names import BLANK, LISTED, REPLACED, TO_FILL, Paper
from expertmatch.scenarios import read_scenario
from expertmatch.tables.clean import mask_personal
from expertmatch.tables.writing.cells import legal_text

Facts = dict[str, Any]
_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_SERVES = ("保留", "入选", "补充")
_UNDRAWN = "未抽到"


def facts_of(paper: Paper, book: PlanBook, given: Mapping[str, str]) -> Iterator[tuple[str, Facts]]:
    """Yield what each file of a paper is called and holds.

    Parameters
    ----------
    paper : Paper
        Which.
    book : PlanBook
        The plan.
    given : dict of str to str
        Texts that no table holds, see ``TO_FILL``, and 时间 and 地点 for all needs; blank where not given.

    Yields
    ------
    (str, dict)
        The name without its ending, and every placeholder of the paper.
    """
    own = {name: given.get(name, BLANK) for name in TO_FILL}
    if paper.per == "plan":
        yield paper.name, own | (_record(book.draw) if "抽取" in paper.lists and book.draw else _public(book))
        return
    for row in book.needs.to_dict("records"):
        need = _need(book, {str(key): str(value) for key, value in row.items()}, given)
        stem = f"{paper.name}_{need['需求编号']}"
        if paper.per == "need":
            yield f"{stem}_{need['需求名称']}", own | need
            continue
        for person in need["专家名单"]:
            yield f"{stem}_{person['姓名']}_{person['编号']}", own | need | {k: person[k] for k in person
                                                                       if k in paper.texts}  # fmt: skip


def in_words(time: str) -> str:
    """Return dates as letters write them.

    Examples
    --------
    >>> in_words("2026-12-11 至 2026-12-12"), in_words("2026-09"), in_words("")
    ('2026年12月11日至2026年12月12日', '2026年9月', '')
    """

    def said(found: re.Match[str]) -> str:
        year, month, day = found[1], int(found[2]), found[3]
        return f"{year}年{month}月" + (f"{int(day)}日" if day else "")

    return _DAY.sub(said, time).replace(" 至 ", "至")


def _text(value: object) -> str:
    """Return a text for a letter: without personal numbers, and without what word processors do not take."""
    return mask_personal(legal_text(str(value)).replace("\t", " ")).strip()


def _need(book: PlanBook, row: Mapping[str, str], given: Mapping[str, str]) -> Facts:
    key = row["need_id"]
    seats = [seat for seat in book.seats[key] if seat.state != "gap"]
    people = [_person(book, seat, i) for i, seat in enumerate(seats, start=1)]
    experts = _numbered([one for one, seat in zip(people, seats, strict=True) if seat.state != "requester"])
    others = _numbered([one for one, seat in zip(people, seats, strict=True) if seat.state == "requester"])
    start, end = row["start"], row["end"]
    facts = {
        "需求编号": key,
        "需求名称": _text(row["title"]),
        "需求内容": _text(row["text"]),
        "需求类型": _text(row["kind"]),
        "关键词": _text(row["keywords"]).replace("；", "、"),
        "需求方": _text(row["requester"]),
        "需求方人员": _text(row["requester_people"]).replace("；", "、"),
        "时间": in_words(f"{start} 至 {end}" if start and end and start != end else start or end) or BLANK,
        "地点": _text(row["place"] or row["region"]) or BLANK,
        "受众": _text(row["audience"]),
        "场景": _title(book.scenarios.get(key, "")),
        "人数": str(len(people)),
        "空缺": str(sum(seat.state == "gap" for seat in book.seats[key])),
        "角色人数": _counted(people),
        "名单": people,
        "专家名单": experts,
        "需求方名单": others,
        "约定": _terms(book.scenarios.get(key, ""), book.as_of),
        "人选": _in_all(experts),
        "未合要求": _broken(book, key),
    }
    return facts | {name: given[name] for name in REPLACED if name in given}


def _person(book: PlanBook, seat: Seat, number: int) -> dict[str, str]:
    line, who = seat.line, seat.who
    kind = who.kind if who else "requester"
    name = _text(who.name or who.id if who else line.text("name"))
    post = ""
    if who is not None and kind == "expert":
        found = book.pool.experts
        post = str(found.loc[found["expert_id"] == who.id, "post"].iloc[0])
    return {
        "序号": str(number),
        "席位": str(seat.place),
        "姓名": name,
        "单位": _text(who.unit if who else line.text("unit")),
        "职务": _text(post),
        "职称": _text(who.title if who else ""),
        "角色": _text(line.text("role")),
        "类别": KIND_NAMES[kind][0],
        "编号": who.id if who else "",
        "称呼": name if kind == "society" else f"尊敬的{name}老师",
        "敬称": "贵单位" if kind == "society" else "您",
        "备注": _text(line.text("note")),
    }


def _numbered(people: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [one | {"序号": str(i)} for i, one in enumerate(people, start=1)]


def _counted(people: Sequence[Mapping[str, str]]) -> str:
    counts = Counter(one["角色"] or one["类别"] for one in people)
    return "、".join(f"{role} {count} 人" for role, count in counts.items())


def _title(scenario: str) -> str:
    return read_scenario(scenario).title if scenario else ""


def _in_all(people: Sequence[Mapping[str, str]]) -> str:
    """Return how many people and how many societies there are, as a letter says it."""
    societies = sum(one["类别"] == KIND_NAMES["society"][0] for one in people)
    told = [f"专家 {len(people) - societies} 名" if len(people) > societies else "",
            f"学会等团体 {societies} 个" if societies else ""]  # fmt: skip
    return "、".join(filter(None, told)) or "专家 0 名"


def _terms(scenario: str, day: date) -> list[dict[str, str]]:
    """Return what must be agreed or kept on a day, in the scenario's own words; a source not confirmed says so."""
    terms = [term for term in read_scenario(scenario).terms if term.holds_on(day)] if scenario else ()
    return [
        {"序号": str(i), "内容": term.label, "依据": term.source + ("" if term.confirmed else "，待核实")}
        for i, term in enumerate(terms, start=1)
    ]


def _broken(book: PlanBook, need: str) -> list[dict[str, str]]:
    rows = book.broken[book.broken["需求编号"] == need]
    return [{name: _text(row[name]) for name in ("要求", "应为", "实为", "依据")} for row in rows.to_dict("records")]


def _public(book: PlanBook) -> Facts:
    """Return who is made public: each once, by name, unit and title alone."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for key in book.needs["need_id"]:
        for seat in book.seats[str(key)]:
            if seat.who is not None and seat.state == "held":
                found.setdefault(seat.who.key, _person(book, seat, 0))
    order = sorted(found.items(), key=lambda item: (_by_sound(item[1]["姓名"]), item[0]))
    people = _numbered([one for _, one in order])
    titles = dict.fromkeys(_title(book.scenarios.get(str(key), "")) for key in book.needs["need_id"])
    return {
        "场景": "、".join(filter(None, titles)),
        "人数": str(len(people)),
        "人选": _in_all(people),
        "需求数": str(len(book.needs)),
        "名单": [{name: one[name] for name in LISTED} for one in people],
    }


def _by_sound(name: str) -> bytes:
    """Return a key that sorts common characters by their sound, as GB 2312 orders its first 3,755."""
    return name.encode("gb18030")


def _record(draw: DrawSheets) -> Facts:
    lots = draw.sheets[LOTS]
    drawn = lots[lots["结果"].isin(_SERVES)]
    undrawn = int((lots["结果"] == _UNDRAWN).sum())
    head = draw.head
    verdict = "按种子和名单重算，签号、次序、结果逐行相符，名单指纹相符。"
    if draw.wrong:
        more = f"等 {len(draw.wrong)} 处" if len(draw.wrong) > 3 else ""
        verdict = f"复核不符：{'；'.join(draw.wrong[:3])}{more}。这份记录不能作为依据。"
    told = ("事项", "种子", "名单指纹", "经办人", "时间")
    return {
        "事项": head.get("事项", ""), "种子": head["种子"], "名单指纹": head["名单指纹"], "复核结果": verdict,
        "签数": str(len(lots)), "入选人数": str(len(drawn)), "未抽到人数": str(undrawn),
        "说明": [row for row in _rows(draw.sheets[HEAD], ("项目", "内容")) if row["项目"] not in told],
        "抽取": _rows(lots[lots["结果"] != _UNDRAWN],
                    ("序号", "轮次", "需求", "角色", "候选", "姓名", "单位", "本年已服务", "签号", "结果", "说明")),
        "入选": [row | {"序号": str(i)} for i, row in enumerate(
            _rows(drawn, ("序号", "需求", "角色", "姓名", "单位", "签号", "结果")), start=1)],
        "需补充": _rows(draw.sheets[SHORT], ("需求", "名称", "应有", "已有", "缺", "原因")),
        "未入围": [row | {"需求": row["需求"] or "全部"}
                  for row in _rows(draw.sheets[EXCLUDED], ("需求", "原因", "人数"))],
        "签字": _rows(draw.sheets[SIGNED], ("签字人",)),
    }  # fmt: skip


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, str]]:
    """Return a record's rows as they were signed; lots and marks are no phone numbers, so nothing is masked."""
    return [{name: legal_text(str(row[name])) for name in columns} for row in frame.to_dict("records")]
