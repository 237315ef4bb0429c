"""Tell from a hand-written title or sentence what sort of text it is, so that both go together."""

from __future__ import annotations

import re

_STANDARD = re.compile(r"(规程|规范|标准|导则|团体标准|地方标准|通则|要求|指南|评价指标|工法)(》|（[^）]*）)?$")
_TEACHING = re.compile(
    r"(讲义|讲座|科普|读本|问答|手册|口诀|笔记|一封信|你|我|咱|怎么|怎样|如何|为什么|吗|几件事|这|那|挂图|培训|"
    r"公开课|二十个实验|实训|教程|教材|题解|三十例|三十道|札记|图解|漫画|小课堂|课堂|夜校|故事|漫谈|说说|明白纸|给.{2,12}的|能不能|到底|多少|莫|别|才|就|！|？|…)"
)
_PROJECT = re.compile(
    r"(示范|集成|推广|工程化|产业化|试点|关键技术|攻关|专项|项目|平台建设|改造|普查|国产化|可行性|验收|建设$|二期|首台|研制$|研制与应用|研制总结|实施方案)"
)
_DEVICE = re.compile(
    r"(器|装置|机|箱|试剂|试剂盒|盒|笔|底座|设备|系统|膏|车|架|工具|模具|夹具|泵|阀|传感头|组合物|软件著作权"
    r"|电路|芯片|结构|接头|托盘|罐|刀|台|制剂|菌剂|涂料|仪|灯|膜|槽|膏剂|机组|桩|座)$"
)
_STUDY = re.compile(r"(研究|影响|分析|效果|初报|比较|关系|测定|调查|评价|试验|报告|机理|机制|进展|应用|模型|与|对.*的)")

_CLAIM = re.compile(
    r"(本发明|本实用新型|本装置|本产品|该装置|该机|所述|其特征|权利要求|^一种|公开了|包括.{2,60}[，；].{0,40}(设|装|连|固定|用于)"
    r"|外观设计)"
)
_PLAIN = re.compile(
    r"(你|咱|我|别|千万|大家|老乡|乡亲|其实|不要|舍不得|一定要|记住|有人问|就行|白花|划算|才敢|放心|靠谱|就怕|最怕|"
    r"先看|去看|不如|可不|图省事|说白了|好比|就像|打个比方|俗话|老话|省得|呢|吗|吧|嘛|啊|呀|！|？|哪|挺|啥|花钱|麻烦|"
    r"不是.{1,12}而是|越.{1,6}越|多半|嘴要勤|经不起|不稀奇|咯吱|得先|没有回头|捞|千万|宁可|多的是|自然就|难免|发闷|"
    r"同学|孩子|老人|家里|自家|院子|夜里|地头|三轮车|屋里|闻|摸|瞅|听见|看见|要当天|敞着|一撮|两把|手感|说，|说的|最好。|"
    r"一股脑|眼睛|脸|嘴|拿个|捏|炕|老婆|娃|村里人)"
)
_REPORT = re.compile(r"(项目|课题|累计|推广|示范|验收|任务书|合同|结题|投入|新增|产值|带动|培训|覆盖|服务|节约|改造后)")


def kind_of(title: str) -> str:
    """Return 专利, 标准, 科普, 项目 or 论文 for a work's title."""
    if title.startswith("一种") or title.startswith("用于"):
        return "专利"
    if _STANDARD.search(title):
        return "标准"
    if _TEACHING.search(title) and not _STUDY.search(title.replace("与", "")):
        return "科普"
    if _PROJECT.search(title):
        return "项目"
    if _DEVICE.search(title) and not _STUDY.search(title):
        return "专利"
    return "论文"


def voice_of(sentence: str) -> str:
    """Return claim, plain, report or dry for a sentence."""
    if _CLAIM.search(sentence):
        return "claim"
    if _PLAIN.search(sentence):
        return "plain"
    return "report" if _REPORT.search(sentence) else "dry"


#: Which voices a kind of work may have, dearest first.
WANTED = {
    "论文": ("dry", "report"),
    "专利": ("claim", "dry"),
    "标准": ("dry", "report", "plain"),
    "项目": ("report", "dry"),
    "科普": ("plain", "report"),
}
