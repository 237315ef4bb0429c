"""Invented names of people."""

from __future__ import annotations

from make.dice import Dice

# Surnames roughly by how often they occur, so that the pool does not read like a list.
_COMMON = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_LESS = (
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦向柳邢路岳齐梅"
    "莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包"
    "司柏宁柯阮桂闵解强柴华车冉房边"
)
_RARE = ("欧阳", "上官", "司马", "皇甫", "令狐", "拓跋", "仇", "党", "昝", "弥", "惠", "雒", "权", "蔺", "同", "羿")

_GIVEN = {
    ("男", "old"): (
        "建志德永文学忠长振广福荣林生庆根保兴世维克正全新春秋树耀宗怀树敬少仲",
        "国华明义祥民平军安才发堂田成山海江河书礼信贤勤俭奎魁梁松柏让谦",
    ),
    ("男", "mid"): (
        "建卫海晓立志国小新东红宏永向继少文学益西秦渭关",
        "军伟勇强斌峰涛波辉刚超杰宁鹏平锋利民林龙川岭原亮武毅",
    ),
    ("男", "new"): (
        "子浩俊博宇一天昊嘉泽梓瑞晨书亦思逸皓明景予",
        "轩然宇辰泽航睿哲远铭恒阳凯舟帆屿森琛川朗衡",
    ),
    ("女", "old"): ("秀桂玉淑凤春爱彩月素兰惠亚巧瑞", "英兰珍芳霞梅莲云琴侠绒叶娥珠芹贞玲"),
    ("女", "mid"): ("晓丽亚小海红文雪春艳秋慧玉建", "娟敏静燕红艳萍莉娜琳宁妮蓉瑾岚荣莺侠"),
    ("女", "new"): ("佳欣雨思梦诗雅若书语一可子心", "怡婷瑶颖涵晗妍萌彤琪茜宁溪苒禾桐"),
}
_SINGLE = {
    "男": "伟磊强勇斌涛波峰刚超浩鹏凯辉毅巍锐骏弢铮翀昱桢煜琨",
    "女": "敏静娟燕艳莉娜琳倩婷洁颖薇璐蕾蕊瑜琰妤昕苒",
}

#: Names with a middle dot and names in other letters, as they stand in such lists.
UNUSUAL = (
    ("阿依努尔·卡德尔", "女"),
    ("巴图·额尔敦", "男"),
    ("扎西·旺堆", "男"),
    ("Elin Sorvander", "女"),
    ("Tomas Brekkelund", "男"),
    ("马可·贝兰蒂尼", "男"),
)

#: Never give these by chance: people everybody knows.
_KNOWN = frozenset(
    (
        "袁隆平 钟南山 屠呦呦 钱学森 邓稼先 李四光 华罗庚 陈景润 竺可桢 茅以升 王选 李振声 吴孟超 于敏 黄旭华"
        " 孙家栋 王永志 张弥曼 程开甲 赵忠尧 叶企孙 侯德榜 王淦昌 朱光亚 周光召 李政道 杨振宁 王伟 李强 张伟"
        " 李克 王毅 李希 何立峰 张国清 刘国中 陈文清 赵一 杨洁 郭永怀 吴仲华 王大珩 陈薇 张涛"
    ).split()
)


class NameMaker:
    """Names that have not been given yet."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._used: set[str] = set(_KNOWN)

    def make(self, sex: str, birth_year: int) -> str:
        """Return a new name for someone of that sex and age."""
        era = "old" if birth_year < 1963 else "mid" if birth_year < 1985 else "new"
        while True:
            name = self._surname() + self._given(sex, era)
            if name not in self._used:
                self._used.add(name)
                return name

    def _surname(self) -> str:
        dice = self._dice
        draw = dice.unit()
        if draw < 0.55:
            # Squaring leans towards the front of the list, where the commonest surnames are.
            return _COMMON[int(dice.unit() ** 1.6 * len(_COMMON))]
        return dice.pick(_LESS) if draw < 0.95 else dice.pick(_RARE)

    def _given(self, sex: str, era: str) -> str:
        dice = self._dice
        if dice.chance(0.19):
            return dice.pick(_SINGLE[sex])
        first, second = _GIVEN[sex, era]
        a, b = dice.pick(first), dice.pick(second)
        return a + b if a != b else a + dice.pick(second.replace(b, ""))
