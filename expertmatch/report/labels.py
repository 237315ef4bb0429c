"""What sheets and columns of results are called, in Chinese and in English."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

SHEETS = {
    "recommended": ("推荐", "Recommended"),
    "reasons": ("理由", "Reasons"),
    "unmatched": ("未匹配", "Unmatched"),
    "excluded": ("回避与排除", "Recused and excluded"),
    "loads": ("专家负荷", "Loads"),
    "coverage": ("学科覆盖", "Coverage"),
    "problems": ("数据问题", "Data problems"),
    "pending": ("待确认", "To confirm"),
    "settings": ("参数", "Settings"),
}

COLUMNS = {
    "need_id": ("需求编号", "Need id"),
    "need": ("需求名称", "Need"),
    "kind": ("需求类型", "Kind"),
    "requester": ("需求单位", "Requester"),
    "rank": ("名次", "Rank"),
    "scenario": ("场景", "Scenario"),
    "role": ("角色", "Role"),
    "candidate_kind": ("候选类型", "Candidate"),
    "candidate_id": ("候选编号", "Candidate id"),
    "expert_id": ("专家编号", "Expert id"),
    "name": ("姓名", "Name"),
    "called_name": ("姓名或名称", "Name"),
    "unit": ("单位", "Unit"),
    "title": ("职称", "Title"),
    "outcome": ("结论", "Outcome"),
    "label": ("规则或事由", "Rule or ground"),
    "detail": ("查到的情况", "What was found"),
    "source": ("依据", "Source"),
    "score": ("得分", "Score"),
    "probability": ("合适的可能性", "Probability"),
    "text": ("文字信号", "Text signal"),
    "hint": ("提示", "Hint"),
    "reason": ("理由", "Reason"),
    "work_id": ("成果编号", "Work id"),
    "work": ("成果", "Work"),
    "piece": ("共同的文字", "Shared text"),
    "contribution": ("得分构成", "Part of score"),
    "share": ("占比", "Share"),
    "what": ("对象", "What"),
    "id": ("编号", "Id"),
    "severity": ("级别", "Severity"),
    "table": ("表", "Table"),
    "file": ("文件", "File"),
    "sheet": ("工作表", "Sheet"),
    "row": ("行", "Row"),
    "column": ("列", "Column"),
    "value": ("内容", "Value"),
    "message": ("问题", "Problem"),
    "remedy": ("处理办法", "Remedy"),
    "group": ("类别", "Group"),
    "setting": ("参数", "Setting"),
    "called": ("名称", "Name"),
    "why": ("原因", "Reason"),
    "times": ("推荐次数", "Recommended"),
    "firsts": ("首选次数", "First places"),
    "held": ("台账已有", "Held"),
    "capacity": ("全年上限", "Capacity"),
    "left": ("还可安排", "Left"),
}
COVERAGE_COLUMNS = {
    "code": ("学科代码", "Code"),
    "name": ("学科", "Discipline"),
    "parent": ("上级学科", "Under"),
    "needs": ("需求数", "Needs"),
    "societies": ("学会数", "Societies"),
    "experts": ("活跃专家数", "Active experts"),
    "state": ("状态", "State"),
    "carrier": ("唯一的专家", "Only expert"),
}

DIFF_SHEETS = {
    "joined": ("新增", "Joined"),
    "left": ("离开", "Left"),
    "changed": ("变动", "Changed"),
    "duplicates": ("疑似重复", "Likely duplicates"),
}
DIFF_COLUMNS = {
    "post": ("职务", "Post"),
    "region": ("地区", "Region"),
    "field": ("变动项", "Field"),
    "old": ("原来", "Old"),
    "new": ("现在", "New"),
    "other_id": ("另一编号", "Other id"),
    "other_unit": ("另一单位", "Other unit"),
    "birth": ("出生", "Birth"),
    "other_birth": ("另一出生", "Other birth"),
    "reason": ("依据", "Reason"),
    "where": ("在何处", "Where"),
}
FIELDS = {
    "expert_id": ("专家编号", "expert id"),
    "unit": ("单位", "unit"),
    "title": ("职称", "title"),
    "post": ("职务", "post"),
    "region": ("地区", "region"),
    "society": ("所在学会", "society"),
    "fields": ("研究方向", "fields of research"),
    "birth": ("出生年月", "birth"),
    "sex": ("性别", "sex"),
    "status": ("在岗状态", "status"),
}

SEVERITIES = {"error": ("错误", "error"), "warning": ("提醒", "warning"), "note": ("说明", "note")}
OUTCOMES = {"excluded": ("排除", "excluded"), "ask": ("须先问清", "to ask"), "more": ("另有", "more")}
KINDS = {"expert": ("专家", "expert"), "society": ("学会", "society")}
REST = ("（其余）", "(rest)")
NEED = ("需求", "need")
EXPERT = ("专家", "expert")


def pick(pair: tuple[str, str], language: Language) -> str:
    """Return the Chinese or the English of a pair.

    Parameters
    ----------
    pair : (str, str)
        Chinese, English.
    language : {"zh", "en"}
        Which.

    Returns
    -------
    str

    Examples
    --------
    >>> pick(SHEETS["reasons"], "zh")
    '理由'
    """
    return pair[language == "en"]
