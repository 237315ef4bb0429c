"""Builds the Word templates of the papers from the words below, so that a change to one can be reviewed as text.

Run as ``python tools/build_papers.py``; it writes ``expertmatch/resources/papers/*.docx``. The tests hold that the
committed files are what this writes. Fonts are those of Windows and WPS (仿宋, 黑体, 宋体); sizes and margins follow
GB/T 9704-2012 (三号 text, 28-point lines, margins 37, 35, 28 and 26 mm) as far as a table allows.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from paper_pages import Sheet, together

TARGET = Path(__file__).parents[1] / "expertmatch" / "resources" / "papers"
BLANK = "＿＿＿＿＿＿"
_FIXED = (2000, 1, 1, 0, 0, 0)


def salon() -> Sheet:
    """Build 沙龙方案: one topic, who sits at the table, how the time is divided (DOMAIN.md 2.1)."""
    page = Sheet()
    page.title("{{场景 or '科技创新沙龙'}}方案")
    page.head("一、主题")
    page.text("{{需求名称}}")
    page.head("二、议题由来")
    page.text("{{需求内容}}")
    page.tag("if 关键词")
    page.text("讨论范围：{{关键词}}。")
    page.tag("endif")
    page.head("三、时间和地点")
    page.text("时间：{{时间}}")
    page.text("地点：{{地点}}")
    page.head("四、主办和参加")
    page.text("主办：{{主办单位}}　　承办：{{承办单位}}")
    page.tag("if 需求方")
    page.text("提出难题的单位：{{需求方}}")
    page.tag("endif")
    page.tag("if 受众")
    page.text("参加对象：{{受众}}")
    page.tag("endif")
    page.text("参加人员 {{人数}} 人：{{角色人数}}。{% if 空缺 != '0' %}另有 {{空缺}} 席尚缺人选。{% endif %}")
    page.table(
        ["序号", "姓名", "单位", "职务、职称", "角色"],
        ["{{人.序号}}", "{{人.姓名}}", "{{人.单位}}",
         "{{人.职务}}{% if 人.职务 and 人.职称 %}、{% endif %}{{人.职称}}", "{{人.角色}}"],
        [8, 14, 40, 24, 22], loop="人 in 名单", size=11,
    )  # fmt: skip
    page.head("五、议程")
    page.table(
        ["环节", "内容", "时间"],
        ["介绍议题", "主持人介绍议题和来由；不设主席台，不安排开幕式和领导讲话", BLANK],
        [14, 62, 24],
    )
    _more(page, ("报告", "至多 3 个报告，联系企业现场的做法和数据", BLANK), (14, 62, 24))
    _more(page, ("讨论", "自由发言，有不同意见充分交锋；会上不作结论", BLANK), (14, 62, 24))
    together(page.document.tables[-1])
    page.tag("if 约定")
    page.head("六、须约定和遵守")
    page.tag("for 条 in 约定")
    page.text("{{条.序号}}. {{条.内容}}（{{条.依据}}）")
    page.tag("endfor")
    page.tag("endif")
    page.tag("if 未合要求")
    page.head("附：名单与要求不合之处")
    page.tag("for 条 in 未合要求")
    page.text("{{条.要求}}：应为 {{条.应为}}，实为 {{条.实为}}（{{条.依据}}）")
    page.tag("endfor")
    page.tag("endif")
    _signed(page)
    return page


def _more(page: Sheet, texts: Sequence[str], widths: Sequence[float]) -> None:
    page.row(page.document.tables[-1], texts, widths)


def _signed(page: Sheet) -> None:
    page.gap()
    page.text("{{主办单位}}", indent=False, right=True)
    page.text("{{落款日期}}", indent=False, right=True)


def invitation() -> Sheet:
    """Build 邀请函: to one person, with a slip to be sent back."""
    page = Sheet()
    page.title("邀 请 函")
    page.text("{{称呼}}：", indent=False)
    page.text("{{主办单位}}拟开展“{{场景 or 需求类型 or '专家服务'}}”活动，诚邀{{敬称}}参加。")
    page.text("主题：{{需求名称}}")
    page.tag("if 角色")
    page.text("拟请{{敬称}}担任：{{角色}}")
    page.tag("endif")
    page.tag("if 需求内容")
    page.text("有关情况：{{需求内容}}")
    page.tag("endif")
    page.text("时间：{{时间}}")
    page.text("地点：{{地点}}")
    page.tag("if 约定")
    page.text("有关事项：")
    page.tag("for 条 in 约定")
    page.text("{{条.序号}}. {{条.内容}}。")
    page.tag("endfor")
    page.tag("endif")
    page.text("能否参加，请于{{回执截止}}前将回执告知联系人{{联系人}}。")
    _signed(page)
    page.gap()
    page.text("……………………………………回　执……………………………………", indent=False, size=12, keep=True)
    page.form(
        [["姓名", "{{姓名}}", "单位", "{{单位}}"], ["能否参加", "□ 能　□ 不能", "发言题目", ""],
         ["是否需要回避", "□ 无　□ 有（请说明）", "其他说明", ""]],
        [16, 32, 14, 38],
    )  # fmt: skip
    return page


def sign_in() -> Sheet:
    """Build 签到表: names as planned, and rows for who comes besides."""
    page = Sheet()
    page.title("签 到 表")
    page.text("活动：{{需求名称}}", indent=False, size=14)
    page.text("时间：{{时间}}　　地点：{{地点}}", indent=False, size=14)
    page.gap()
    page.table(
        ["序号", "姓名", "单位", "职务、职称", "签名", "到场时间"],
        ["{{人.序号}}", "{{人.姓名}}", "{{人.单位}}",
         "{{人.职务}}{% if 人.职务 and 人.职称 %}、{% endif %}{{人.职称}}", "", ""],
        [8, 14, 36, 24, 18, 14], loop="人 in 名单", size=11, tall=10, empty=4,
    )  # fmt: skip
    page.small("空行供名单以外到场的人填写。本表不登记电话和证件号。")
    return page


def public_list() -> Sheet:
    """Build 公示名单: name, unit and title, nothing else."""
    page = Sheet()
    page.title("关于{{公示事项}}专家名单的公示")
    page.text("“{{场景 or '专家服务'}}”拟请{{人选}}（按姓名或名称排列，不分先后），现予公示。"
              "公示期为{{公示起}}至{{公示止}}。")  # fmt: skip
    page.text("对公示人选有异议的，请在公示期内向{{主办单位}}书面反映，说明事实并署真实姓名和单位。"
              "联系人：{{联系人}}。")  # fmt: skip
    page.gap()
    page.table(["序号", "姓名或名称", "单位", "职称"], ["{{人.序号}}", "{{人.姓名}}", "{{人.单位}}", "{{人.职称}}"],
               [10, 20, 48, 24], loop="人 in 名单", size=12)  # fmt: skip
    _signed(page)
    return page


def dispatch() -> Sheet:
    """Build 派遣函: who is sent to a host, with the record of the service (DOMAIN.md 3.5)."""
    page = Sheet()
    page.title("派 遣 函")
    page.text("文号：{{文号}}", indent=False, right=True, size=12)
    page.text("{{需求方 or '" + BLANK + "'}}：", indent=False)
    page.text("你单位提出的需求（{{需求名称}}）收悉。经统筹，现派出{{人选}}前往服务，名单如下，请予接洽。")
    page.table(
        ["序号", "姓名或名称", "单位", "职务、职称", "角色"],
        ["{{人.序号}}", "{{人.姓名}}", "{{人.单位}}",
         "{{人.职务}}{% if 人.职务 and 人.职称 %}、{% endif %}{{人.职称}}", "{{人.角色}}"],
        [8, 14, 40, 24, 20], loop="人 in 专家名单", size=11,
    )  # fmt: skip
    page.tag("if 需求内容")
    page.text("服务事项：{{需求内容}}")
    page.tag("endif")
    page.text("时间：{{时间}}")
    page.text("地点：{{地点}}")
    page.tag("if 空缺 != '0'")
    page.text("另有 {{空缺}} 席人选尚在落实，落实后另函告知。")
    page.tag("endif")
    page.tag("if 约定")
    page.text("双方约定：")
    page.tag("for 条 in 约定")
    page.text("{{条.序号}}. {{条.内容}}。")
    page.tag("endfor")
    page.tag("endif")
    page.text("服务结束后，请填写所附回执，盖章后交{{联系人}}。")
    _signed(page)
    page.page()
    page.title("服务情况回执")
    page.text("需求：{{需求编号}} {{需求名称}}", indent=False, size=14)
    page.gap()
    page.form(
        [["服务日期", "", "服务地点", ""],
         ["服务方式", "□ 培训　□ 咨询　□ 现场指导　□ 示范　□ 讲座", "服务时长", "　小时"],
         ["参加人数", "", "带动户数", ""], ["引进新品种", "", "推广新技术", ""], ["解决的问题", "", "未解决的问题", ""],
         ["材料、照片", "", "满意度", "□ 满意　□ 基本满意　□ 不满意"], ["专家签名", "", "服务单位（盖章）", ""]],
        [16, 36, 16, 32], tall=14,
    )  # fmt: skip
    return page


def draw_record() -> Sheet:
    """Build 抽取记录: how lots were cast, who was drawn, three signatures (DOMAIN.md 4.2)."""
    page = Sheet(lying=True)
    page.title("专家抽取记录")
    page.text("事项：{{事项}}", size=14)
    page.text("时间：{{抽取时间}}　　地点：{{抽取地点}}　　经办人：{{经办人}}", size=14)
    page.text("种子：{{种子}}", size=14)
    page.text("名单指纹：{{名单指纹}}", size=12)
    page.text("共 {{签数}} 签，抽中 {{入选人数}} 名。复核：{{复核结果}}", size=14)
    page.head("一、抽中名单")
    page.table(
        ["序号", "需求", "角色", "姓名", "单位", "签号", "结果"],
        ["{{人.序号}}", "{{人.需求}}", "{{人.角色}}", "{{人.姓名}}", "{{人.单位}}", "{{人.签号}}", "{{人.结果}}"],
        [7, 12, 16, 14, 48, 20, 10], loop="人 in 入选", size=11,
    )  # fmt: skip
    page.small(
        "抽中名单在通知专家之前应密封。"
        + "　".join(f"{one}：{BLANK}" for one in ("封存人", "封存时间", "启封人", "启封时间"))
    )
    page.tag("if 需补充")
    page.head("二、人选不足")
    page.table(
        ["需求", "名称", "应有", "已有", "缺", "原因"],
        ["{{条.需求}}", "{{条.名称}}", "{{条.应有}}", "{{条.已有}}", "{{条.缺}}", "{{条.原因}}"],
        [12, 36, 8, 8, 8, 50], loop="条 in 需补充", size=11,
    )  # fmt: skip
    page.small("不足的人选须经办、监督、复核三方同意后补充，补充的依据和人选写在这里：")
    page.form([["", ""]], [1, 1], tall=20)
    page.tag("endif")
    page.head("三、抽取经过")
    page.small(
        "列出抽中、备选、跳过、放回的签，按抽取次序；其余 {{未抽到人数}} 签未抽到，"
        "全部签号见同一文件夹的 抽取记录.xlsx。"
    )
    page.table(
        ["序号", "轮次", "需求", "角色", "候选", "姓名", "单位", "本年已服务", "签号", "结果", "说明"],
        ["{{人.序号}}", "{{人.轮次}}", "{{人.需求}}", "{{人.角色}}", "{{人.候选}}", "{{人.姓名}}", "{{人.单位}}",
         "{{人.本年已服务}}", "{{人.签号}}", "{{人.结果}}", "{{人.说明}}"],
        [6, 7, 9, 11, 19, 11, 30, 8, 19, 8, 26], loop="人 in 抽取", size=9,
    )  # fmt: skip
    page.tag("if 未入围")
    page.head("四、抽取之前未入围的")
    page.table(["需求", "原因", "人数"], ["{{条.需求}}", "{{条.原因}}", "{{条.人数}}"], [14, 70, 10],
               loop="条 in 未入围", size=11)  # fmt: skip
    page.tag("endif")
    page.head("五、抽取办法")
    page.tag("for 条 in 说明")
    page.small("{{条.项目}}：{{条.内容}}")
    page.tag("endfor")
    page.head("六、签字")
    page.table(["", "姓名", "签字", "日期"], ["{{条.签字人}}", "", "", ""], [14, 24, 36, 26], loop="条 in 签字",
               tall=12)  # fmt: skip
    page.small("本记录与 抽取记录.xlsx 一并存档，并报监督部门备案（密封、三方补充、备案参照贵州科技专家库管理办法）。")
    return page


SHEETS: dict[str, Callable[[], Sheet]] = {
    "沙龙方案": salon, "邀请函": invitation, "签到表": sign_in, "公示名单": public_list, "派遣函": dispatch,
    "抽取记录": draw_record,
}  # fmt: skip


def built(name: str) -> bytes:
    """Return a template; the same bytes at every run.

    Parameters
    ----------
    name
        Of the paper.

    Returns
    -------
    bytes
    """
    made = io.BytesIO()
    SHEETS[name]().document.save(made)
    steady = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename == "docProps/thumbnail.jpeg":
                continue
            data = old.read(item)
            if item.filename == "_rels/.rels":
                data = _without_thumbnail(data)
            entry = zipfile.ZipInfo(item.filename, _FIXED)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, data)
    return steady.getvalue()


def _without_thumbnail(data: bytes) -> bytes:
    return re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", data)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for each in SHEETS:
        (TARGET / f"{each}.docx").write_bytes(built(each))
        sys.stdout.write(f"{each}.docx\n")
