"""Which provider is named: by the host that refused, by the recipient's domain, by the words of the reply."""

from __future__ import annotations

from collections import defaultdict

import pytest

from dsnparse.classify import classify, classify_reply
from dsnparse.data import load

HOSTS = [
    ("smtpin.vvv.facebook.com", "facebook"),
    ("mx.uol.com.br", "uol"),
    ("mx.terra.com.br", "terra"),
    ("mx.core.locaweb.com.br", "locaweb"),
    ("mx.ig.com.br", "ig"),
    ("smtp-16.iol.local", "libero"),
    ("mx.aruba.it", "aruba"),
    ("etb-1.mail.tiscali.it", "tiscali"),
    ("smtp.aliceposta.it", "tim"),
    ("mx1.seznam.cz", "seznam"),
    ("mx1.centrum.cz", "centrum"),
    ("mx.tlen.pl", "wp"),
    ("mx.poczta.onet.pl", "onet"),
    ("mx.interia.pl", "interia"),
    ("mx1.pub.mailpod1.one.com", "one_com"),
    ("mx1.naver.com", "naver"),
    ("mx1.hanmail.net", "daum"),
    ("mfsmax.docomo.ne.jp", "docomo"),
    ("lsean.ezweb.ne.jp", "kddi"),
    ("ymx1.softbank.ne.jp", "softbank"),
    ("mx3.qq.com", "tencent"),
    ("163mx00.mxmail.netease.com", "netease"),
    ("freemx1.sinamail.sina.com.cn", "sina"),
    ("sohumx1.sohu.com", "sohu"),
    ("mx2.mail.aliyun.com", "aliyun"),
    ("mxs.mail.ru", "mail_ru"),
    ("mx.yandex.ru", "yandex"),
    ("inmx.rambler.ru", "rambler"),
    ("smtpz4.laposte.net", "laposte"),
    ("smtp-in.orange.fr", "orange"),
    ("mx1.free.fr", "free"),
    ("smtp-in.sfr.fr", "sfr"),
    ("mx01.t-online.de", "t_online"),
    ("mx-ha02.web.de", "gmx"),
    ("ff-ip4-mx-vip1.prodigy.net", "att"),
    ("mx.centurylink.net", "centurylink"),
    ("cxr.mx.a.cloudfilter.net", "cox"),
    ("pkvw-mx.msg.pkvw.co.charter.net", "spectrum"),
    ("mx1.earthlink.net", "earthlink"),
    ("mx.optimum.net", "optimum"),
    ("cluster1.eu.messagelabs.com", "messagelabs"),
    ("mxbw.bluewin.ch", "swisscom"),
    ("mx1.telia.com", "telia"),
    ("mail.neti.ee", "telia_ee"),
    ("mx.zone.eu", "zone"),
    ("mx1.inbox.lv", "inbox_lv"),
    ("mx.tb.mail.iss.as9143.net", "ziggo"),
    ("smtp.ziggo.nl", "ziggo"),
    ("mx1.xs4all.nl", "kpn"),
    ("mx3.tpnet.pl", "orange_pl"),
    ("pasmtp.tele.dk", "tdc"),
    ("mx.biglobe.ne.jp", "biglobe"),
    ("relay-22.ocn.ad.jp", "ocn"),
    ("mx.nifty.com", "nifty"),
    ("mx2.mail.yahoo.co.jp", "yahoo_japan"),
    ("smtpin.rzone.de", "strato"),
    ("mx0.webpack.hosteurope.de", "hosteurope"),
    ("example.snwlhosted.com", "sonicwall"),
    ("mx.i.ua", "i_ua"),
    ("smtp.vtext.com", "verizon"),
]
DOMAINS = [
    ("bluewin.ch", "swisscom"),
    ("hot.ee", "telia_ee"),
    ("planet.nl", "kpn"),
    ("neostrada.pl", "orange_pl"),
    ("yahoo.co.jp", "yahoo_japan"),
    ("vzwpix.com", "verizon"),
    ("example.com", None),
]
WORDS = [
    ("550 5.7.1 refused, see https://www.swisscom.ch/help", "swisscom"),
    ("554 5.7.1 192.0.2.1 is listed in SonicWall GRID IP reputation", "sonicwall"),
    ("550 http://mail.i.ua/err/2/", "i_ua"),
    ("550 5.1.1 <kim@bluewin.ch>: no such user", None),
]


@pytest.mark.parametrize(("host", "provider"), HOSTS)
def test_the_refusing_host_names_the_provider(host: str, provider: str | None) -> None:
    assert classify("550 no such user", hosts=(host,)).provider == provider


@pytest.mark.parametrize(("domain", "provider"), DOMAINS)
def test_the_domain_names_the_provider_when_no_host_is_known(domain: str, provider: str | None) -> None:
    assert classify("550 no such user", recipient=f"kim@{domain}").provider == provider


@pytest.mark.parametrize(("reply", "provider"), WORDS)
def test_words_of_its_own_name_the_provider(reply: str, provider: str | None) -> None:
    assert classify_reply(reply).provider == provider


@pytest.mark.parametrize("name", load("replies"))
def test_every_host_of_a_provider_names_it(name: str) -> None:
    provider = load("replies")[name]["provider"]
    shown = {provider["name"], *provider.get("called", {}).values()}
    wrong = {}
    for host in provider.get("hosts", ()):
        found = classify("550 no such user", hosts=(f"mx1.{host}",)).provider
        if found not in shown:
            wrong[host] = found
    assert wrong == {}


def test_the_host_counts_before_the_domain() -> None:
    verdict = classify("550 no such user", hosts=("mx.biglobe.ne.jp",), recipient="kim@yahoo.co.jp")
    assert verdict.provider == "biglobe"


@pytest.mark.parametrize("key", ["hosts", "domains", "marks"])
def test_no_two_providers_claim_the_same(key: str) -> None:
    claims: dict[str, set[str]] = defaultdict(set)
    for table in load("replies").values():
        for name in table["provider"].get(key, ()):
            claims[name].add(table["provider"]["name"])
    assert {name: owners for name, owners in claims.items() if len(owners) > 1} == {}


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("mx0a-001.pphosted.com", "proofpoint"),
        ("d1.a.ess.barracudanetworks.com", "barracuda"),
        ("mx1.emailsrvr.com", "rackspace"),
        ("in1-smtp.messagingengine.com", "fastmail"),
        ("mail.protonmail.ch", "proton"),
        ("route1.mx.cloudflare.net", "cloudflare"),
        ("mx.sendgrid.net", "sendgrid"),
        ("mxa.mailgun.org", "mailgun"),
    ],
)
def test_a_provider_that_shares_its_table_is_shown_by_its_own_name(host: str, name: str) -> None:
    assert classify("550 5.1.1 User unknown", hosts=(host,)).provider == name
