"""Whether a record of a draw is true to itself: worked out from its table and the seed, without the code that drew.

Uses nothing of the other files, so that a fault there cannot hide here. What it cannot know from the table, whether
a limit or a clash that is named really stands, shows when the draw is held again over the same tables.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

_COLUMNS = {
    "序号": "number", "场次": "block", "轮次": "round", "需求": "need", "应抽": "due", "名额": "places",
    "签数": "cast", "角色": "role", "候选": "who", "姓名": "name", "单位": "unit", "本年已服务": "served",
    "本次已抽中": "drawn", "本年还可": "capacity", "签号": "lot", "结果": "outcome", "说明": "note",
}  # fmt: skip
_NUMBERS = ("number", "block", "due", "places", "cast", "served", "drawn", "capacity")
_ROUNDS = {"保留": {"保留"}, "首轮": {"入选"}, "补充": {"补充"}, "增补": {"入选"}}
_SERVES = {"保留", "入选", "补充"}
_WAITS = {"备选", "未抽到"}
_PASSED = {"跳过", "放回"}
_SEEN = re.compile(r"见第 ([\d、]+) 行")
_LEFT = re.compile(r"还可 (\d+) [次名]")
_INSTEAD = re.compile(r"未能为 (.+?) 另找到人（(.+?)）")
_BARRED = "排除："
_STANDS_BY = re.compile(r"备选第 (\d+)，可替第 [\d、]+ 位$")
_NOTES = {
    "保留": re.compile("方案设置保留"),
    "入选": re.compile("$|先放回，名额未满再取$"),
    "补充": re.compile("合格人选不足，缺 [1-9]"),
    "备选": re.compile("备选第 "),
    "未抽到": re.compile("$|没有可抽的名额$"),
}
"""What is written beside an outcome, where the reason is not looked into any further."""


@dataclass(frozen=True, slots=True)
class _Lot:
    number: int
    block: int
    round: str
    need: str
    due: int
    places: int
    cast: int
    role: str
    who: str
    name: str
    unit: str
    served: int
    drawn: int
    capacity: int
    lot: str
    outcome: str
    note: str


def verify(table: pd.DataFrame, seed: str, *, fingerprint: str | None = None, rotation: bool = True) -> list[str]:
    """Check the table of a record: lots, their order, and whether what became of each follows.

    Parameters
    ----------
    table : DataFrame
        As :class:`expertmatch.planning.draw_record.DrawRecord` has it; cells may be texts, as read back from a file.
    seed : str
        Of the draw.
    fingerprint : str or None
        名单指纹 as signed; without it, a list that was changed before the lots were cast again does not show.
    rotation : bool, default True
        Whether those who served less often came first.

    Returns
    -------
    list of str
        What is wrong, in Chinese, by row; empty where nothing is.

    Examples
    --------
    >>> verify(pd.DataFrame({"序号": [1]}), "2024-06-15")[0][:6]
    '缺少列：场次'
    """
    lacking = [name for name in _COLUMNS if name not in table]
    if lacking:
        return [f"缺少列：{'、'.join(lacking)}。"]
    lots, problems = _read(table)
    if problems:
        return problems
    blocks: dict[int, list[_Lot]] = {}
    for lot in lots:
        blocks.setdefault(lot.block, []).append(lot)
    found = _rows(lots, seed) + _people(lots)
    for block in blocks.values():
        found += _block(block, rotation)
    found += _sequence(list(blocks.values())) + _reasons(lots) + _order(list(blocks.values()))
    if fingerprint is not None and _mark(lots) != fingerprint:
        found.append("名单与所签的名单指纹不符：有人被加入、删去，或其姓名、单位、次数被改。")
    return found


def _read(table: pd.DataFrame) -> tuple[list[_Lot], list[str]]:
    lots, problems = [], []
    for place, cells in enumerate(table[list(_COLUMNS)].itertuples(index=False, name=None), start=1):
        values: dict[str, object] = {}
        for (column, name), cell in zip(_COLUMNS.items(), cells, strict=True):
            text = "" if pd.isna(cell) else str(cell)
            values[name] = text
            if name in _NUMBERS:
                whole = re.fullmatch(r"(\d+)(\.0*)?", text)
                if whole:
                    values[name] = int(whole.group(1))
                else:
                    problems.append(f"表中第 {place} 行：{column}“{text}”不是整数。")
        lots.append(values)
    return ([] if problems else [_Lot(**one) for one in lots]), problems  # type: ignore[arg-type]


def _rows(lots: Sequence[_Lot], seed: str) -> list[str]:
    """Each row for itself: its number, its lot, its words."""
    found = []
    for place, lot in enumerate(lots, start=1):
        if lot.number != place:
            found.append(f"第 {lot.number} 行：序号应为 {place}，有行被加入、删去或移动。")
        cast = hashlib.sha256(f"{seed}\n{lot.need}\n{lot.who}".encode()).hexdigest()
        if not lot.lot or cast[:12] != lot.lot:
            found.append(f"第 {lot.number} 行：{lot.who} 的签号应为 {cast[:12]}，写的是 {lot.lot}。")
        allowed = _ROUNDS.get(lot.round)
        if allowed is None:
            found.append(f"第 {lot.number} 行：没有“{lot.round}”这一轮。")
        elif lot.outcome not in allowed | (set() if lot.round == "保留" else _WAITS | _PASSED):
            found.append(f"第 {lot.number} 行：{lot.round}里不能有“{lot.outcome}”。")
        if lot.outcome in _NOTES and not _NOTES[lot.outcome].match(lot.note):
            found.append(f"第 {lot.number} 行：“{lot.outcome}”与说明不符：{lot.note or '（空）'}。")
    return found


def _people(lots: Sequence[_Lot]) -> list[str]:
    """Each candidate over all rows: the same facts, never twice for a need, never more often than they can."""
    found = []
    facts: dict[str, tuple[str, str, int, int]] = {}
    due: dict[str, int] = {}
    served: Counter[str] = Counter()
    needs: set[tuple[str, str]] = set()
    for lot in lots:
        own = (lot.name, lot.unit, lot.served, lot.capacity)
        if facts.setdefault(lot.who, own) != own:
            found.append(f"第 {lot.number} 行：{lot.who} 的姓名、单位、本年已服务或本年还可与前面不同。")
        if due.setdefault(lot.need, lot.due) != lot.due:
            found.append(f"第 {lot.number} 行：{lot.need} 的应抽与前面不同。")
        if lot.outcome not in _SERVES:
            continue
        served[lot.who] += 1
        if served[lot.who] > lot.capacity:
            found.append(f"第 {lot.number} 行：{lot.who} 本年还可 {lot.capacity} 次，这是第 {served[lot.who]} 次。")
        if (lot.need, lot.who) in needs:
            found.append(f"第 {lot.number} 行：{lot.who} 在 {lot.need} 已经入选。")
        needs.add((lot.need, lot.who))
    return found


def _block(lots: Sequence[_Lot], rotation: bool) -> list[str]:
    """Lots cast together: in order, drawn until the places are filled and no further."""
    found = []
    first = lots[0]
    if any((one.round, one.need, one.places) != (first.round, first.need, first.places) for one in lots):
        found.append(f"第 {first.block} 场：轮次、需求或名额不一致。")
    if any(one.cast != len(lots) for one in lots):
        found.append(f"第 {first.block} 场：签数写的是 {first.cast}，表中有 {len(lots)} 支。")
    keys = [(one.served + one.drawn if rotation else 0, one.lot) for one in lots]
    for before, after, lot in zip(keys, keys[1:], lots[1:], strict=False):
        if after < before:
            found.append(f"第 {lot.number} 行：{lot.who} 按次数和签号应在上一行之前。")
    for who, times in Counter(one.who for one in lots).items():
        if times > 1:
            found.append(f"第 {first.block} 场：{who} 有 {times} 支签。")
    filled = sum(one.outcome in _SERVES for one in lots)
    if filled > first.places:
        found.append(f"第 {first.block} 场：名额 {first.places}，入选 {filled}。")
    if filled < first.places:
        found += [
            f"第 {one.number} 行：名额未满，{one.who} 却是“{one.outcome}”。" for one in lots if one.outcome in _WAITS
        ]
    waiting = False
    for lot in lots:
        waiting = waiting or lot.outcome in _WAITS
        if waiting and lot.outcome not in _WAITS and not lot.note.startswith(_BARRED):
            found.append(f"第 {lot.number} 行：{lot.who} 的签在未抽到的签之后，却是“{lot.outcome}”。")
    if filled == first.places and first.round != "保留":
        at = max((i for i, one in enumerate(lots) if one.outcome in _SERVES), default=-1)
        again = any(one.outcome in _SERVES and "先放回" in one.note for one in lots)
        found += [
            f"第 {one.number} 行：名额已满，不应再有“{one.outcome}”。"
            for one in lots[at + 1 :]
            if one.outcome in _PASSED and not again and not one.note.startswith(_BARRED)
        ]
    return found


def _sequence(blocks: Sequence[Sequence[_Lot]]) -> list[str]:
    """Blocks after each other: rounds in order, who was drawn before, top-up only where the first round left places."""
    found = []
    rounds = list(_ROUNDS)
    drawn: Counter[str] = Counter()
    serving: set[tuple[str, str]] = set()
    open_: dict[str, int] = {}
    latest = 0
    for number, block in enumerate(blocks, start=1):
        first = block[0]
        at = rounds.index(first.round) if first.round in rounds else latest
        if first.block != number or at < latest:
            found.append(f"第 {first.block} 场：场次或轮次的先后不对。")
        latest = max(latest, at)
        if [one.number for one in block] != list(range(first.number, first.number + len(block))):
            found.append(f"第 {first.block} 场：各行不相连。")
        for lot in block:
            if lot.drawn != drawn[lot.who]:
                found.append(f"第 {lot.number} 行：{lot.who} 本次已抽中应为 {drawn[lot.who]}，写的是 {lot.drawn}。")
            if (lot.need, lot.who) in serving and lot.outcome not in _SERVES:
                found.append(f"第 {lot.number} 行：{lot.who} 在 {lot.need} 已经入选，不应再有签。")
        filled = [one for one in block if one.outcome in _SERVES]
        if first.round in ("首轮", "补充"):
            left = open_.setdefault(first.need, first.due)
            if first.places > left:
                found.append(f"第 {first.block} 场：{first.need} 还缺 {left} 名，这里抽了 {first.places} 个名额。")
            open_[first.need] = left - len(filled)
        drawn.update(one.who for one in filled)
        serving.update((one.need, one.who) for one in filled)
    return found


def _reasons(lots: Sequence[_Lot]) -> list[str]:
    """Whether those passed over or put back have a reason that the table bears out."""
    found = _standing_by(lots)
    by_number = {lot.number: lot for lot in lots}
    last: dict[str, int] = {}
    for lot in lots:
        last[lot.need] = lot.block
    for lot in lots:
        if lot.outcome == "跳过":
            told = _why_passed(lot, by_number)
        elif lot.outcome == "放回":
            told = _why_put_back(lot, lots, last)
        else:
            continue
        if told:
            found.append(f"第 {lot.number} 行：{told}。")
    return found


def _standing_by(lots: Sequence[_Lot]) -> list[str]:
    """Stand-ins of each need are numbered in the order of the lots."""
    found = []
    stands: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for lot in lots:
        if (told := _STANDS_BY.search(lot.note)) and (lot.need, lot.who) not in seen:
            seen.add((lot.need, lot.who))
            stands[lot.need] += 1
            if int(told.group(1)) != stands[lot.need] or lot.outcome in _SERVES:
                found.append(f"第 {lot.number} 行：不是 {lot.need} 的备选第 {told.group(1)}。")
    return found


def _why_passed(lot: _Lot, by_number: dict[int, _Lot]) -> str:
    if lot.note.startswith(_BARRED):
        return ""
    seen = _SEEN.search(lot.note)
    numbers = [int(one) for one in seen.group(1).split("、") if one] if seen else []
    rows = [by_number[one] for one in numbers if one in by_number and one < lot.number]
    if len(rows) != len(numbers) or any(row.outcome not in _SERVES for row in rows):
        return f"跳过所依据的行不在前面，或没有入选：{lot.note}"
    left = _LEFT.search(lot.note)
    if lot.note.startswith("已满："):
        same = all(row.who == lot.who for row in rows)
        return "" if same and len(rows) >= lot.capacity else f"{lot.who} 本年还没有满：{lot.note}"
    if lot.note.startswith("时间冲突："):
        apart = rows and all(row.who == lot.who and row.need != lot.need for row in rows)
        return "" if apart else f"没有与之冲突的入选：{lot.note}"
    if lot.note.startswith("限额：") and left:
        return "" if len(rows) >= int(left.group(1)) else f"限额还没有满：{lot.note}"
    return f"跳过没有可以核对的原因：{lot.note or '（空）'}"


def _why_put_back(lot: _Lot, lots: Sequence[_Lot], last: dict[str, int]) -> str:
    instead = _INSTEAD.search(lot.note)
    if not instead:
        return f"放回没有可以核对的原因：{lot.note or '（空）'}"
    needs = [re.sub(r"“[^”]*”$", "", one) for one in instead.group(1).split("、")]
    early = [one for one in needs if one != lot.need and last.get(one, lot.block) < lot.block]
    if early:
        return f"放回所顾及的 {'、'.join(early)} 已经抽完：{lot.note}"
    if instead.group(2) != "次数":
        return ""
    later = {one.need for one in lots if one.who == lot.who and one.block > lot.block}
    if lot.capacity - lot.drawn > len(later):
        return f"{lot.who} 还可 {lot.capacity - lot.drawn} 次，后面只在 {len(later)} 项需求里，不必放回"
    return ""


def _order(blocks: Sequence[Sequence[_Lot]]) -> list[str]:
    """Whether the needs of the first round come as they should: the fewest for each place first, then by id."""
    able: dict[str, set[str]] = {}
    places: dict[str, int] = {}
    for block in blocks:
        first = block[0]
        if first.round in ("首轮", "增补"):
            barred = {one.who for one in block if one.note.startswith(_BARRED)}
            able.setdefault(first.need, set()).update({one.who for one in block} - barred)
        if first.round == "首轮":
            places[first.need] = first.due
    order = list(dict.fromkeys(block[0].need for block in blocks if block[0].round == "首轮"))
    due = sorted(order, key=lambda need: (Fraction(len(able[need]), max(1, places[need])), need))
    wrong = [(one, other) for one, other in zip(order, due, strict=True) if one != other]
    return [f"需求的次序不对：{wrong[0][0]} 的位置上应是 {wrong[0][1]}。"] if wrong else []


def _mark(lots: Sequence[_Lot]) -> str:
    lines = {
        "\t".join([lot.need, lot.who, lot.name, lot.unit, str(lot.served), str(lot.capacity)])
        for lot in lots
        if lot.round != "补充"
    }
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
