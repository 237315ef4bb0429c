"""The tables people bring: which columns each may have, what their headers are called, how they are read.

This file is data. The header names were collected from Chinese forms and systems in use: expert-pool
registration forms, the Hebei call for major technical requirements (河北省重大技术需求征集表), village
service tickets, the national social-science fund's project export, society registers.

Names are settled once, here:

* In ``works``, a column about the person starts with ``expert_`` (``expert_title`` is 职称, ``title`` is the
  work's own name); ``expert_<x>`` is column ``<x>`` of ``experts`` and fills the experts made from the works.
  ``expert_name`` is the one person in charge, ``authors`` are all named people, joined with ``；``.
* In ``memberships``, ``relations``, ``availability`` and ``engagements`` the person is ``expert_id`` or
  ``expert_name`` with ``expert_unit``; a society is ``society_id`` or ``society_name``.
* A column with ``joins`` takes several headers at once; their texts are joined with it in sheet order.
* A column with ``personal`` (phone, mail, identity number) is split off and never enters a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from expertmatch.errors import Severity
from expertmatch.tables.headers.contract import TableContract, col, enum_column, split, words
from expertmatch.tables.headers.contracts_main import EXPERT, NEEDS, PERSONAL, SOCIETY, WORKS

_ROLE = words(
    "理事长 会长 主席",
    "副理事长 副会长 副主席",
    "秘书长",
    "副秘书长",
    "常务理事",
    "理事",
    "监事长",
    "监事",
    "主任委员 主委",
    "副主任委员 副主委",
    "委员",
    "会员 普通会员 个人会员 高级会员 会士 学生会员",
)
_RELATION = words(
    "亲属 配偶 夫妻 直系亲属 近亲属 父子 母子 父女 母女 兄弟 姐妹",
    "师生 导师 学生 师徒 导学",
    "任职 任职单位 兼职 顾问 股东 持股 工作单位",
    "合作 合作者 合著 共同完成 合作单位 项目合作",
)

_WHO = (
    col("expert_id", "id", "专家编号", "编号 专家代码 专家id 工号 人员编号"),
    col("expert_name", "name", "专家姓名", "姓名 名字 专家 会员姓名 expert name"),
    col("expert_unit", "unit", "工作单位", "单位 所在单位 单位名称 unit"),
)
_MEMBERSHIP = (
    *_WHO,
    col("society_id", "id", "学会编号", "学会代码 社团代码"),
    col("society_name", "society", "学会名称", "所属学会 学会 社团名称 团体名称 所在学会 society"),
    enum_column("role", "学会职务", "任职 任职情况 职务 学会任职 担任职务 兼任职务", _ROLE),
    col("since", "date", "任职开始", "开始时间 任职时间 起始时间 入会时间 开始日期 聘任时间 起"),
    col("until", "date", "任职结束", "结束时间 届满时间 终止时间 结束日期 到期时间 止"),
)
_RELATIONS = (
    *_WHO,
    col(
        "other",
        "line",
        "关系方",
        "相关人 相关单位 对方 关系人 关系单位 回避对象 对象 回避单位 回避专家 关联方",
    ),
    enum_column("kind", "关系类型", "关系 关系类别 类型 与专家关系", _RELATION),
    col("since", "date", "开始时间", "起始时间 开始日期 起"),
    col("until", "date", "结束时间", "终止时间 结束日期 止"),
)
_AVAILABILITY = (
    *_WHO,
    col("from", "date", "可服务起", "开始时间 开始日期 起 起始时间 可服务时间起 可服务开始"),
    col("to", "date", "可服务止", "结束时间 结束日期 止 终止时间 可服务时间止 可服务结束"),
)
_ENGAGEMENTS = (
    col("need_id", "id", "需求编号", "需求id 问题编号 订单编号"),
    col("need_title", "line", "需求名称", "需求标题 技术需求名称 问题内容 需求"),
    col("candidate_id", "id", "候选编号", "专家编号 expert_id 专家代码 指派人员编号"),
    col("candidate_name", "name", "专家姓名", "姓名 专家 指派人员 服务专家 候选姓名 expert_name"),
    col("candidate_unit", "unit", "工作单位", "单位 专家单位 expert_unit"),
    col("candidate_kind", "line", "候选类型", "候选类别"),
    col("service_id", "id", "服务编号"),
    col("scenario", "line", "场景", "活动"),
    col("need_kind", "line", "需求类型", "需求类别"),
    col("county", "line", "区县", "所在区县 服务区县"),
    col("role", "line", "角色", "承担角色 担任角色"),
    enum_column(
        "state",
        "服务状态",
        "订单状态 状态 进展 办理状态",
        words(
            "已推荐 推荐 申请中 待派员 proposed",
            "已邀请 邀请 待答复 invited",
            "已同意 同意 已派员 已接受 已签约 agreed",
            "服务中 进行中 serving",
            "已完成 完成 已服务 已办结 已评价 served rated",
            "已拒绝 拒绝 谢绝 已谢绝 declined",
            "已取消 取消 申请失败 失败 cancelled",
        ),
    ),
    col("date", "date", "服务日期", "时间 服务时间 日期 活动日期"),
    col("hours", "float", "服务时长", "时长 学时 小时数 服务小时"),
    col("rating", "float", "满意度", "评价 评分 服务评价 满意度评分"),
    col("note", "text", "备注", "处理结果 失败原因 说明 结果 服务内容", "\n"),
    col("headcount", "int", "参加人数", "培训人数 受益人数 服务人次 人次"),
    col("varieties", "int", "引进新品种", "新品种 新品种数"),
    col("techniques", "int", "推广新技术", "新技术 新技术数"),
    col("bases", "int", "建立基地", "示范基地 基地数"),
    col("solved", "int", "解决问题数", "解决难题数 解决技术问题"),
    col("households", "int", "带动户数", "帮扶户数 受益户数"),
    col("poor_households", "int", "贫困户数", "覆盖贫困户 带动贫困户"),
    col("income_gain", "float", "增收", "户均增收 增收金额 带动增收"),
    col("incubated", "int", "孵化主体数", "培育主体 培育经营主体"),
    col("publicity", "int", "宣传报道数", "宣传报道 新闻报道"),
    *PERSONAL,
)
_TARGETS = (
    col("indicator", "line", "指标", "指标名称 考核指标 任务指标"),
    col("period", "line", "期间", "年度 年份 时间 考核期 季度"),
    col("value", "float", "目标值", "目标 数值 任务数 指标值 计划数"),
    col("county", "line", "区县", "地区 所在区县 所属区县"),
    col("measure", "line", "计量", "计什么 统计口径"),
    col("states", "list", "服务状态", "状态"),
    col("scenarios", "list", "场景", "活动"),
    col("need_kinds", "list", "需求类型", "需求类别"),
)
_JUDGMENTS = (
    col("need_id", "id", "需求编号", "需求id 问题编号"),
    col("expert_id", "id", "专家编号", "专家代码 专家id candidate_id 候选编号"),
    enum_column(
        "grade",
        "评分",
        "等级 匹配程度 是否合适 得分 分数 相关度",
        words(
            "0 不合适 否 无关 不相关 不匹配 无",
            "1 勉强 弱 弱相关 不太合适",
            "2 合适 较强 较合适 相关 是",
            "3 很合适 强 强相关 非常合适 完全匹配",
        ),
    ),
    col("judge", "line", "评判人", "评审人 打分人 专家评委"),
)
_CONTACTS = (*_WHO, *PERSONAL)

_PERSON = ("expert_id", "expert_name")
_ALL = (
    TableContract(
        "experts",
        "专家",
        (*EXPERT, *PERSONAL),
        (("expert_id", "name"),),
        yields=(
            ("birth", split("年龄 周岁"), ""),
            ("unit", split("依托单位 所属单位 任职单位"), ""),
            ("expert_id", split("工号 人员编号"), ""),
        ),
    ),
    TableContract(
        "works",
        "成果",
        WORKS,
        (("expert_id", "expert_name", "authors"), ("title",)),
        (("id", "expert_id"), ("编号", "expert_id")),
        (
            ("expert_birth", split("年龄 周岁"), ""),
            ("expert_unit", split("依托单位 所属单位 任职单位 完成单位 第一完成单位 承担单位"), ""),
            ("date", split("立项时间 立项日期 立项年度 申请日 年份 年度 year"), ""),
            ("kind", split("类型 类别"), ""),
            ("work_id", split("id 编号 doi"), ""),
            ("title", split("名称 标题 题目 成果"), ""),
        ),
    ),
    TableContract("societies", "学会", SOCIETY, (("society_id", "name"),)),
    TableContract("memberships", "任职", _MEMBERSHIP, (_PERSON, ("society_id", "society_name"))),
    TableContract(
        "needs",
        "需求",
        NEEDS,
        (("title", "text"),),
        yields=(
            ("title", split("需求 难题 问题 技术难题 主题 议题"), "text"),
            ("title", split("名称 标题 题目 项目名称"), ""),
            ("need_id", split("id 编号 项目编号 订单编号 申请编号"), ""),
            ("kind", split("类型 类别 场景"), ""),
            ("region", split("通讯地址 地址"), ""),
            ("start", split("时间"), ""),
            ("requester", split("单位 单位名称 企业 发布单位"), ""),
        ),
    ),
    TableContract("relations", "关系", _RELATIONS, (_PERSON, ("other",))),
    TableContract("availability", "可服务时间", _AVAILABILITY, (_PERSON, ("from", "to"))),
    TableContract(
        "engagements",
        "服务台账",
        _ENGAGEMENTS,
        (("need_id", "need_title"), ("candidate_id", "candidate_name"), ("state",)),
    ),
    TableContract("targets", "指标", _TARGETS, (("indicator",), ("period",), ("value",))),
    TableContract("judgments", "评判", _JUDGMENTS, (("need_id",), ("expert_id",), ("grade",))),
    TableContract("contacts", "联系方式", _CONTACTS, (_PERSON,)),
)
TABLES: Mapping[str, TableContract] = MappingProxyType({t.name: t for t in _ALL})

#: Headers that are never data: a row number is not an identifier, every sheet starts at 1.
ROW_NUMBERS = frozenset(split("序号 行号 no num 顺序号 # 序 row index 顺序"))
#: Headers that matching has no use for and that are better not carried along.
SENSITIVE = frozenset(
    split(
        "政治面貌 党派 民族 宗教信仰 银行卡号 银行账号 开户行 家庭住址 家庭收入 是否贫困户 "
        "贫困户姓名 婚姻状况 健康状况 健康状态"
    )
)
#: Table -> first column of a required group -> what a row without it is: severity, code, effect.
ROW_RULES: Mapping[str, Mapping[str, tuple[Severity, str, str]]] = {
    "experts": {"expert_id": ("error", "no-name-no-id", "，认不出是谁")},
    "works": {
        "expert_id": ("warning", "no-expert", "，不知是谁的成果，不作依据"),
        "title": ("warning", "no-title", "，不作依据"),
    },
    "societies": {"society_id": ("error", "no-name-no-id", "，认不出是哪个学会")},
    "memberships": {
        "expert_id": ("warning", "no-expert", "，不采用"),
        "society_id": ("warning", "no-society", "，不采用"),
    },
    "needs": {"title": ("warning", "empty-need", "，无法推荐")},
    # a recusal that is not understood must not pass in silence
    "relations": {
        "expert_id": ("error", "no-expert", "，无法判断谁应回避"),
        "other": ("error", "no-other", "，无法判断应回避谁"),
    },
    "judgments": {
        "need_id": ("error", "no-need", ""),
        "expert_id": ("error", "no-expert", ""),
        "grade": ("error", "no-grade", ""),
    },
}
