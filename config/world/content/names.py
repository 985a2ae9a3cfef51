"""Fictional people: distinct names, phones of a block nobody has, addresses at example.org."""

from __future__ import annotations

from config.world.content.model import PersonCard
from config.world.content.texts import stream

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
FIRST = "建国志文晓春海明永德家立振世少云思雨梦可依若佳秀玉桂美凤丽慧淑婉静雅子宇浩俊泽锦承启景安书亦予知守"
SECOND = "华平强军杰伟林峰涛斌鹏波辉龙江山川安宁康和谦诚信远舟航帆萍芳芬兰梅英燕娟琴霞洁莹琪瑶萱彤然怡悦晴岚"


class Registry:
    """Gives out people, none like another; the order of asking decides who they are."""

    def __init__(self, seed: int) -> None:
        self.rng = stream(seed, "names")
        self.taken: set[str] = set()

    def name(self) -> str:
        """Return a name not given out before."""
        while True:
            name = self.rng.choice(SURNAMES) + self.rng.choice(FIRST) + self.rng.choice(SECOND)
            if name not in self.taken and name[1] != name[2]:
                self.taken.add(name)
                return name

    def person(self, key: str) -> PersonCard:
        """Return the next person."""
        name = self.name()
        serial = len(self.taken)
        return PersonCard(key, name, f"199{serial:08d}", f"{key.replace('_', '-')}@example.org")
