"""Contracts of the four main tables: experts, works, needs, societies. Data only; see ``contracts``."""

from __future__ import annotations

from dataclasses import replace

from expertmatch.tables.headers.contract import Column, col, enum_column, split, words

_PHONE = "手机 手机号 手机号码 移动电话 联系电话 联系方式 电话 电话号码 有效手机号 固定电话 "
"固话 办公电话 传真 phone tel mobile"
_MAIL = "邮箱 电子邮箱 电子信箱 邮箱地址 E-mail email 电子邮件 微信号 微信 QQ QQ号"
_ID_NO = "身份证 身份证号 身份证号码 证件号码 证件号 有效证件号 居民身份证号"
PERSONAL = (
    Column("phone", "phone", "联系电话", split(_PHONE), "；", personal=True),
    Column("mail", "mail", "电子邮箱", split(_MAIL), "；", personal=True),
    Column("id_no", "id_no", "身份证号", split(_ID_NO), "；", personal=True),
)

_RETIRED = words(
    "yes 是 已退休 退休 离退休 离休 退休返聘 返聘 退居二线后退休",
    "no 否 在职 在岗 未退休 一线 在编 退居二线",
    "unknown 未知 不详 不清楚 停薪留职 离职 调离 去世 已故 已去世",
)
EXPERT = (
    col("expert_id", "id", "专家编号", "编号 专家代码 专家id 专家工号 工号 人员编号 id 负责人编号"),
    col("name", "name", "姓名", "专家姓名 名字 专家 专家名称 姓名(中文) 中文姓名"),
    col(
        "unit",
        "unit",
        "工作单位",
        "所在单位 单位名称 单位 机构全称 现工作单位 任职单位 依托单位 所属单位 工作单位全称",
    ),
    col("post", "line", "职务", "行政职务 党政职务 现任职务 担任职务", "、"),
    col("title", "title", "职称", "专业技术职务 技术职称 专业职务 专业技术职称 专业技术资格 现有职称 任职资格"),
    col("title_level", "level", "职称级别", "职称等级 职称层次 技术职称级别"),
    col("academician", "academician", "院士", "院士类别 是否院士 院士类型 院士称号"),
    enum_column("retired", "是否退休", "退休 在岗状态 在职状态 退休状态", _RETIRED),
    col("birth", "birth", "出生年月", "出生日期 生日 出生时间 出生年份 出生年 年龄 周岁"),
    col("sex", "sex", "性别"),
    col(
        "region",
        "region",
        "所在地区",
        "地区 所在地 所在省市 所在省区市 区县 所在区县 所属区县 所在地域 地域 省份 省 市 城市 县 区 县区 行政区划",
        " ",
    ),
    col(
        "fields",
        "text",
        "研究方向",
        "从事专业 现从事行业 专业特长 研究领域 专业领域 研究方向及专长 专长 特长 擅长领域 "
        "擅长方向 主要研究方向 "
        "研究专长 技术专长 技术领域 专业方向 现从事专业 服务领域 研究兴趣",
        "\n",
    ),
    col(
        "bio",
        "text",
        "简介",
        "个人简介 专家简介 个人简历 简历 主要业绩 工作业绩 近五年主要专业工作经历 工作经历 主要工作经历 "
        "发明创造/科研成果/著作译著 科研成果 主要成果 代表性成果 代表性论文/专利/项目 "
        "代表性论文 获奖情况 主要成就 主要贡献",
        "\n",
    ),
    col(
        "disciplines",
        "disciplines",
        "学科",
        "学科分类 一级学科 二级学科 三级学科 学科代码 学科领域 所属学科 学科名称",
        "；",
    ),
    col(
        "societies",
        "societies",
        "学会任职",
        "社会兼职 社会任职 所属学会 学术兼职 学会 学会兼职 所在学会",
        "；",
    ),
    col("languages", "list", "语种", "语言 外语 外语语种 工作语言", "；"),
    col("stations_held", "int", "在站数", "进站数 已进站数 院士工作站数 已签约工作站数 已建站数 工作站数量"),
    col("avoid_units", "units", "回避单位", "回避信息 需回避单位 申请回避单位", "；"),
    col("capacity", "int", "可承接数", "可承担需求数 承接上限 服务上限 可服务次数 年服务次数 最多承接"),
    col("status", "line", "状态", "专家状态 入库状态 审核状态"),
)

# in works the words for a person's own number and name are other ones, and 状态 is the work's
_WORKS_OWN = {
    "expert_id": col(
        "expert_id", "id", "专家编号", "负责人编号 专家代码 专家id 工号 人员编号 作者编号 发明人编号 负责人id"
    ),
    "name": col(
        "expert_name",
        "name",
        "负责人",
        "项目负责人 姓名 专家姓名 第一完成人 第一作者 第一发明人 主持人 项目主持人 课题负责人 申报人 专家 name expert",
    ),
}
_WORKS_SKIP = {"status", "bio", "stations_held", "capacity", "languages", "avoid_units", "retired"}


_WORKS_UNIT = split("完成单位 第一完成单位 作者单位 第一作者单位 承担单位")


def _for_works(column: Column) -> Column:
    """Return a column of experts as it is called in works."""
    if column.name in _WORKS_OWN:
        return _WORKS_OWN[column.name]
    also: tuple[str, ...] = () if column.name == "title" else (column.name,)  # `title` is the work's own
    if column.name == "unit":
        also += _WORKS_UNIT
    return replace(column, name=f"expert_{column.name}", aliases=column.aliases + also)


WORKS = (
    *(_for_works(c) for c in EXPERT if c.name not in _WORKS_SKIP),
    col(
        "authors",
        "names",
        "完成人",
        "作者 发明人 主要完成人 全部完成人 全部作者 作者姓名 完成人姓名 发明人姓名 设计人 "
        "参加人 参与人 课题组成员 项目组成员 主要成员 author",
        "；",
    ),
    col(
        "title",
        "line",
        "成果名称",
        "题名 论文题目 论文名称 论文标题 项目名称 专利名称 著作名称 课题名称 标题 题目 名称 "
        "成果 成果题目 论著名称 标准名称 work_title",
    ),
    col("text", "text", "内容", "摘要 成果简介 项目简介 内容简介 成果内容 成果介绍 技术简介 "
    "简介 主要内容 描述 论文摘要 abstract", "\n"),
    col("keywords", "list", "关键词", "关键字 主题词 keyword", "；"),
    col("date", "date", "时间", "立项时间 发表时间 授权日期 授权时间 完成时间 完成日期 "
    "起止年月 起止时间 发表年份 出版时间 年份 "
       "年度 日期 立项年度 立项日期 发表日期 申请日 公开日 获奖时间 year"),
    col("kind", "line", "成果类型", "项目类别 成果类别 类型 类别 成果形式 项目类型 论文类型 专利类型"),
    col("work_id", "id", "成果编号", "项目编号 批准号 项目批准号 专利号 授权号 登记号 论文编号 "
    "课题编号 doi id 编号"),
    *PERSONAL,
)  # fmt: skip

NEEDS = (
    col("need_id", "id", "需求编号", "编号 id 需求id 问题编号 难题编号 申请编号 订单编号 项目编号"),
    col(
        "title",
        "line",
        "需求名称",
        "技术需求名称 难题名称 问题名称 需求标题 需求题目 技术难题名称 技术难题 项目名称 名称 "
        "标题 题目 需求 难题 问题 "
        "需求主题 主题 申请事项 课题名称 议题",
    ),
    col(
        "text",
        "text",
        "需求内容",
        "主要问题 技术关键 技术关键含指标 预期目标 问题内容 概述 需求描述 难题描述 "
        "技术难题描述 问题描述 需求概述 内容 描述 详细描述 "
        "主要技术问题 病虫害 现有基础 已采取措施 技术指标/参数 技术指标 技术参数 需求说明 "
        "具体需求 具体内容 需求详情 技术需求 "
        "技术需求描述 难题内容 需求简介 简介 存在问题 情况说明 背景",
        "\n",
    ),
    col("keywords", "list", "关键词", "关键字 keyword 主题词", "；"),
    col("kind", "line", "需求类型", "需求类别 申请类型 服务类型 类型 类别 需求种类 场景"),
    col(
        "requester",
        "unit",
        "需求单位",
        "单位/村 企业名称 机构全称 单位名称 单位 提出单位 申报单位 申请单位 所在村 村名 村 "
        "县/镇/村 公司名称 发布单位 委托单位 "
        "需求方 需求企业 企业 帮扶村 帮扶对象 需求主体",
    ),
    col(
        "requester_people",
        "names",
        "需求方人员",
        "联系人 法人代表 法定代表人 申请人 负责人 联系人姓名 项目负责人 技术负责人 提出人",
        "；",
    ),
    col(
        "region",
        "region",
        "所在地区",
        "地区 所在地 所在地域 区县 区县/园区 所属区县 地域 行政区划 县区 所在区县 通讯地址 "
        "地址 省 市 县 区 乡镇 镇 街道 省份 城市",
        " ",
    ),
    col(
        "industry",
        "list",
        "行业",
        "应用行业 所属行业 主导产业 产业 所属领域 需求技术所属领域 行业领域 技术领域 产业领域 品种",
        "；",
    ),
    col("disciplines", "disciplines", "学科", "学科分类 一级学科 二级学科 学科代码 所属学科 学科领域", "；"),
    col("wanted", "int", "需要人数", "专家人数 需求人数 所需专家数 需要专家人数 需要专家数 人数 拟派人数"),
    col("start", "date", "开始时间", "开始日期 起始时间 希望时间 服务开始时间 活动时间 服务时间 时间"),
    col("end", "date", "结束时间", "结束日期 终止时间 服务结束时间"),
    col("place", "line", "地点", "服务地点 活动地点 举办地点 培训地点"),
    col("audience", "line", "受众", "服务对象 受众对象 听众 培训对象 参加人员"),
    col("languages", "list", "语种要求", "语种 语言要求 外语要求 所需语种", "；"),
    col("households", "int", "户数", "贫困户数 农户数 总户数 带动户数"),
    col(
        "deadline",
        "date",
        "截止时间",
        "需求时限 期望完成时间 完成时限 截止日期 期限 时限 解决时限 希望解决时间",
    ),
    *PERSONAL,
)

SOCIETY = (
    col("society_id", "id", "学会编号", "编号 id 学会代码 社团代码 统一社会信用代码 登记证号"),
    col(
        "name",
        "society",
        "学会名称",
        "社团名称 团体名称 名称 学会 协会名称 组织名称 单位名称 学会全称 society",
    ),
    enum_column(
        "kind",
        "学会类型",
        "类型 类别 团体类型 组织类型 社团类型",
        words(
            "学会 协会 研究会 全国学会 省级学会 市级学会 科技社团",
            "农技协 农村专业技术协会 专业技术协会",
            "科普示范基地 科普教育基地 科普基地",
            "海外团体 海外科技团体 海外社团 海外学会",
        ),
    ),
    col(
        "disciplines",
        "disciplines",
        "学科",
        "学科分类 所属学科 学科领域 一级学科 二级学科 专业领域 领域",
        "；",
    ),
    col("scope", "text", "业务范围", "宗旨 业务领域 主要业务 服务范围 简介 学会简介 主要职能", "\n"),
    col("parent", "unit", "挂靠单位", "支撑单位 主管单位 业务主管单位 依托单位 上级学会 所属学会"),
    col("region", "region", "所在地区", "地区 所在地 区县 所属区县 注册地 行政区划", " "),
    *PERSONAL,
)
