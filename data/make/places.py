"""What sort of unit a name is, and where it lies."""

from __future__ import annotations

from make.dice import Dice

XIAN = (
    "雁塔区",
    "碑林区",
    "莲湖区",
    "新城区",
    "未央区",
    "灞桥区",
    "长安区",
    "高陵区",
    "鄠邑区",
    "阎良区",
    "临潼区",
    "蓝田县",
    "周至县",
)

#: County or district by the words that show it in a unit's name, with its city.
_SHOWN = {
    "周至": ("西安市", "周至县"),
    "哑柏": ("西安市", "周至县"),
    "鄠邑": ("西安市", "鄠邑区"),
    "蓝田": ("西安市", "蓝田县"),
    "高陵": ("西安市", "高陵区"),
    "临潼": ("西安市", "临潼区"),
    "阎良": ("西安市", "阎良区"),
    "灞桥": ("西安市", "灞桥区"),
    "长安区": ("西安市", "长安区"),
    "未央": ("西安市", "未央区"),
    "雁塔": ("西安市", "雁塔区"),
    "碑林": ("西安市", "碑林区"),
    "眉县": ("宝鸡市", "眉县"),
    "眉坞": ("宝鸡市", "眉县"),
    "太白": ("宝鸡市", "太白县"),
    "千阳": ("宝鸡市", "千阳县"),
    "扶风": ("宝鸡市", "扶风县"),
    "凤翔": ("宝鸡市", "凤翔区"),
    "陇县": ("宝鸡市", "陇县"),
    "洛川": ("延安市", "洛川县"),
    "延安": ("延安市", "宝塔区"),
    "安塞": ("延安市", "安塞区"),
    "白水": ("渭南市", "白水县"),
    "富平": ("渭南市", "富平县"),
    "蒲城": ("渭南市", "蒲城县"),
    "大荔": ("渭南市", "大荔县"),
    "临渭": ("渭南市", "临渭区"),
    "合阳": ("渭南市", "合阳县"),
    "旬邑": ("咸阳市", "旬邑县"),
    "礼泉": ("咸阳市", "礼泉县"),
    "武功": ("咸阳市", "武功县"),
    "渭城": ("咸阳市", "渭城区"),
    "三原": ("咸阳市", "三原县"),
    "泾阳": ("咸阳市", "泾阳县"),
    "杨凌": ("咸阳市", "杨陵区"),
    "杨陵": ("咸阳市", "杨陵区"),
    "耀州": ("铜川市", "耀州区"),
    "印台": ("铜川市", "印台区"),
    "柞水": ("商洛市", "柞水县"),
    "镇安": ("商洛市", "镇安县"),
    "商州": ("商洛市", "商州区"),
    "洛南": ("商洛市", "洛南县"),
    "紫阳": ("安康市", "紫阳县"),
    "宁陕": ("安康市", "宁陕县"),
    "平利": ("安康市", "平利县"),
    "汉阴": ("安康市", "汉阴县"),
    "宁强": ("汉中市", "宁强县"),
    "留坝": ("汉中市", "留坝县"),
    "西乡": ("汉中市", "西乡县"),
    "略阳": ("汉中市", "略阳县"),
    "汉中": ("汉中市", "汉台区"),
    "渭川农": ("咸阳市", "杨陵区"),
    "商洛": ("商洛市", "商州区"),
    "渭南": ("渭南市", "临渭区"),
    "宝鸡": ("宝鸡市", "金台区"),
    "安康": ("安康市", "汉滨区"),
    "铜川": ("铜川市", "王益区"),
    "绥德": ("榆林市", "绥德县"),
    "定边": ("榆林市", "定边县"),
    "榆林": ("榆林市", "榆阳区"),
    "神木": ("榆林市", "神木市"),
}

_ELSEWHERE = (("咸阳市", "秦都区"), ("咸阳市", "杨陵区"), ("宝鸡市", "金台区"), ("渭南市", "临渭区"))


def unit_kind(unit: str) -> str:
    """Return "university", "institute", "hospital", "company", "farm" or "office"."""
    for kind, words in (
        ("farm", ("合作社", "农场", "果园", "农技协", "果农", "茶农", "渔场", "鱼场", "蜂场", "香菇场")),
        ("hospital", ("医院", "卫生院", "妇幼保健", "疾病预防")),
        ("company", ("公司", "集团", "厂", "药业", "机械有限")),
        ("university", ("大学", "学院")),
        ("institute", ("研究院", "研究所", "科学院", "实验室", "设计院", "研究中心")),
        (
            "farm",
            ("试验站", "良种场", "试验总站", "农业技术", "果业", "农技", "畜牧", "蔬菜", "食用菌", "林业", "茶业"),
        ),
    ):
        if any(word in unit for word in words):
            return kind
    return "office"


def place_of(unit: str) -> tuple[str, str]:
    """Return the city and the county of a unit; the same unit always lies in the same place."""
    for word, place in _SHOWN.items():
        if word in unit:
            return place
    # Schools of one university lie where the university lies.
    head, found, _ = unit.partition("大学")
    dice = Dice("place", head + found)
    if found or dice.chance(0.82):
        return "西安市", dice.weigh(XIAN, (8, 5, 4, 2, 5, 2, 6, 2, 2, 3, 1, 1, 1))
    return dice.pick(_ELSEWHERE)


def unit_place(unit: str, dice: Dice) -> str:
    """Return the place as this or that person writes it."""
    city, county = place_of(unit)
    full = dice.weigh(
        (f"陕西省{city}{county}", f"{city}{county}", f"陕西{city[:-1]}{county}", county, f"陕西省{city}", city),
        (0.3, 0.34, 0.08, 0.12, 0.06, 0.1),
    )
    return full
