"""What each column means, in the words of a form, and a fictional example of it. Data only.

Looked up by table and column, then by column alone; a column of works that is about a person (``expert_…``) means what
the column of experts means.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_Told = tuple[str, str]
"""Meaning, example."""

_SHARED: Mapping[str, _Told] = {
    "expert_id": ("单位自编的专家编号，一人一个，不重复；行号（序号）不是编号", "ZJ0001"),
    "name": ("姓名，一行一位专家", "张三"),
    "expert_name": ("姓名；没有编号时按姓名和单位认人", "张三"),
    "unit": ("单位全称，可写到院系", "渭川示例大学机械学院"),
    "expert_unit": ("单位全称；同名的人靠它分清", "渭川示例大学机械学院"),
    "post": ("行政或党政职务", "教研室主任"),
    "title": ("专业技术职务的全称，职务另写一列", "教授"),
    "title_level": ("写了职称可以不填", "正高"),
    "academician": ("不是院士就留空；“院士团队成员”不是院士", "中国工程院院士"),
    "retired": ("不清楚就写未知，不从年龄推断", "否"),
    "birth": ("年月，不写日", "1975-06"),
    "sex": ("性别", "女"),
    "region": ("写到区县", "陕西省西安市雁塔区"),
    "fields": ("研究什么、会解决什么问题，越具体越容易匹配上；几项用分号隔开", "薄壁件变形控制；五轴铣削"),
    "bio": ("简历、业绩、代表成果，几句话", "从事航空薄壁件加工二十年，主持工艺攻关六项。"),
    "disciplines": ("GB/T 13745 的学科名称或代码，至多写两三个", "机械制造工艺与设备"),
    "societies": ("在哪个学会任什么职；有任职表时可不填", "秦岭示例市机械工程学会常务理事"),
    "languages": ("能工作的外语", "英语"),
    "stations_held": ("已在几个院士工作站，只有院士填", "1"),
    "avoid_units": ("本人申报要回避的单位；几个用分号隔开", "终南示例机床有限公司"),
    "capacity": ("一年至多服务几次，不填按场景的规定", "4"),
    "status": ("一线、退休、返聘、离职、去世等", "一线"),
    "date": ("日期或年份", "2023-06"),
    "keywords": ("几个词，用分号隔开", "薄壁件；加工变形"),
    "need_id": ("单位自编的需求编号，不重复", "N001"),
    "society_id": ("学会编号，或统一社会信用代码", "XH001"),
    "society_name": ("学会全称，分支机构写“学会全称＋分支名称”", "秦岭示例市机械工程学会"),
    "since": ("从哪天或哪年起", "2022-01"),
    "until": ("到哪天或哪年止；还在任就留空", "2026-12"),
    "need_kind": ("与需求表的需求类型相同", "企业技术难题"),
    "county": ("区县名称；不分区县就留空", "周至县"),
    "households": ("户数", "120"),
    "phone": ("手机或座机，只放在这张表，不进专家库", "000-0000"),
    "mail": ("电子邮箱", "zhangsan@example.com"),
    "id_no": ("发放劳务费才需要；不用就不要填", ""),
}
_OWN: Mapping[tuple[str, str], _Told] = {
    ("works", "expert_id"): ("负责人在专家表里的编号；没有编号就写姓名", "ZJ0001"),
    ("works", "expert_name"): ("负责的一个人", "张三"),
    ("works", "authors"): ("全部完成人，用分号隔开", "张三；李四"),
    ("works", "title"): ("论文题目、专利名称、项目名称等", "薄壁框铣削变形的预测与补偿"),
    ("works", "text"): ("摘要或主要内容，有则更准", "建立残余应力与装夹力共同作用下的变形模型，在三种框件上验证。"),
    ("works", "kind"): ("论文、专利、项目、著作、标准等", "论文"),
    ("works", "work_id"): ("专利号、批准号、DOI 等", "CG001"),
    ("works", "date"): ("发表、授权或立项的时间", "2023-06"),
    ("societies", "name"): ("学会全称，一行一个", "秦岭示例市机械工程学会"),
    ("societies", "kind"): ("哪一类团体", "学会"),
    ("societies", "disciplines"): ("学会所属学科，GB/T 13745 的名称或代码", "机械工程"),
    ("societies", "scope"): ("章程里的业务范围", "机械制造领域的学术交流、科技评估、人才评价"),
    ("societies", "parent"): ("挂靠单位；分支机构写上级学会", "渭川示例大学"),
    ("memberships", "role"): ("担任什么职务", "常务理事"),
    ("needs", "title"): ("一句话说清要解决什么；与需求内容至少填一项", "大尺寸薄壁隔框铣削后翘曲超差"),
    ("needs", "text"): ("现状、试过什么、要达到的指标", "腹板厚 1.2 mm，松开压板后翘曲 0.6 mm，要求不超过 0.25 mm。"),
    ("needs", "kind"): ("决定按哪个场景的规则", "企业技术难题"),
    ("needs", "requester"): ("提出需求的单位或村，全称", "终南示例机床有限公司"),
    ("needs", "requester_people"): ("需求方自己的人，用分号隔开；沙龙里与专家同席，也供回避用", "王五；赵六"),
    ("needs", "industry"): ("行业或主导产业", "航空零部件制造"),
    ("needs", "wanted"): ("要几位专家；不填按场景的规定", "3"),
    ("needs", "start"): ("活动或服务从哪天起", "2026-12-11"),
    ("needs", "end"): ("到哪天止", "2026-12-12"),
    ("needs", "place"): ("办在哪里", "示例产业园会议室"),
    ("needs", "audience"): ("谁来听、谁受益", "企业技术人员"),
    ("needs", "languages"): ("需要会哪种外语", "英语"),
    ("needs", "deadline"): ("希望什么时候之前解决", "2027-06"),
    ("relations", "other"): ("与谁有关系：另一位专家的编号或姓名，或单位全称", "终南示例机床有限公司"),
    ("relations", "kind"): ("什么关系；要回避的都写", "合作"),
    ("availability", "from"): ("从哪天起能来", "2026-09-15"),
    ("availability", "to"): ("到哪天止", "2026-11-30"),
    ("engagements", "need_title"): ("需求的名称；没有编号时按它认", "大尺寸薄壁隔框铣削后翘曲超差"),
    ("engagements", "candidate_id"): ("专家或学会的编号", "ZJ0001"),
    ("engagements", "candidate_name"): ("专家姓名或学会名称", "张三"),
    ("engagements", "candidate_unit"): ("专家的单位", "渭川示例大学机械学院"),
    ("engagements", "candidate_kind"): ("不写就是专家", "专家"),
    ("engagements", "service_id"): ("由台账生成，新填时留空", ""),
    ("engagements", "scenario"): ("哪个场景，可留空", "relief"),
    ("engagements", "role"): ("担任什么角色", "主持人"),
    ("engagements", "state"): ("办到哪一步", "已完成"),
    ("engagements", "date"): ("服务的日期", "2026-06-18"),
    ("engagements", "hours"): ("小时数", "6"),
    ("engagements", "rating"): ("需求方打的分，0 至 5", "4.5"),
    ("engagements", "note"): ("做了什么、结果怎样、没办成的原因", "现场示范装夹，留下操作卡一份"),
    ("engagements", "headcount"): ("到场人数", "35"),
    ("engagements", "varieties"): ("引进几个新品种", "1"),
    ("engagements", "techniques"): ("推广几项新技术", "2"),
    ("engagements", "bases"): ("建了几个基地", "1"),
    ("engagements", "solved"): ("解决几个问题", "2"),
    ("engagements", "households"): ("带动几户", "40"),
    ("engagements", "poor_households"): ("其中贫困户几户", "8"),
    ("engagements", "income_gain"): ("增收多少元，全表用同一口径", "1200"),
    ("engagements", "incubated"): ("孵化几个经营主体", "1"),
    ("engagements", "publicity"): ("几条报道", "1"),
    ("targets", "indicator"): ("指标名称", "专家下乡服务人次"),
    ("targets", "period"): ("年、季度或月", "2026"),
    ("targets", "value"): ("要达到多少", "120"),
    ("targets", "measure"): ("这个指标数的是什么；不写则按指标名称", "服务次数"),
    ("targets", "states"): ("哪些状态算数；不写就是已完成", "已完成"),
    ("targets", "scenarios"): ("只数哪些场景；不写就是全部", "relief"),
    ("targets", "need_kinds"): ("只数哪些需求类型；不写就是全部", "帮扶需求"),
    ("judgments", "grade"): ("0 不合适，1 勉强，2 合适，3 很合适", "2"),
    ("judgments", "judge"): ("谁评的", "评判人甲"),
}  # fmt: skip
SHARED: Mapping[str, _Told] = MappingProxyType(dict(_SHARED))
OWN: Mapping[tuple[str, str], _Told] = MappingProxyType(dict(_OWN))


def told(table: str, column: str) -> _Told:
    """Return what a column means and an example of it.

    Parameters
    ----------
    table : str
        Canonical name of the table.
    column : str
        Canonical name of the column.

    Returns
    -------
    (str, str)
        Meaning and example, both Chinese; the example may be empty.

    Raises
    ------
    KeyError
        Nothing is said of such a column.

    Examples
    --------
    >>> told("experts", "birth")
    ('年月，不写日', '1975-06')
    """
    if (table, column) in OWN:
        return OWN[table, column]
    if column in SHARED:
        return SHARED[column]
    return SHARED[column.removeprefix("expert_")]
