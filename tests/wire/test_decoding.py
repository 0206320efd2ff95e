"""Text as it was meant: transfer encodings, character sets, encoded words, HTML; and when they lie."""

from __future__ import annotations

import base64
import codecs
import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.wire.html import html_text
from dsnparse.wire.limits import Limits
from dsnparse.wire.mime import Buffer, read_message
from dsnparse.wire.text import body_text, decode_bytes, decode_transfer, header_text

HIDDEN = "user unknown: a@example.org"


@pytest.mark.parametrize(
    ("text", "written", "declared"),
    [
        ("Größe", "utf-8", "utf-8"),
        ("Größe", "utf-8", "us-ascii"),
        ("Größe", "utf-8", None),
        ("Größe", "utf-8", "x-unknown"),
        ("Größe", "utf-8", "no-such-charset"),
        ("Größe", "latin-1", "iso-8859-1"),
        ("„Größe“ – 5 €", "cp1252", "iso-8859-1"),
        ("Größe", "utf-8", "iso-8859-1"),
        ("Неизвестен", "utf-8", "koi8-r"),
        ("Неизвестен", "koi8-r", "koi8-r"),
        ("Größe", "utf-16", "utf-16"),
        ("Größe", "utf-7", "UTF-7"),
        ("用户不存在", "gbk", "gb2312"),
        ("宛先不明①", "cp932", "Shift_JIS"),
        ("宛先不明", "iso2022_jp", "iso-2022-jp"),
        ("宛先不明", "iso2022_jp", "us-ascii"),
        ("宛先不明", "iso2022_jp", None),
        ("사용자 없음", "cp949", "ks_c_5601-1987"),
        ("ユーザーが見つかりません。宛先不明", "cp932", None),
        ("ユーザーが見つかりません。宛先不明", "euc_jp", "unknown-8bit"),
        ("用户不存在，邮件退回", "gb18030", None),
        ("Сообщение не доставлено: пользователь не найден", "cp1251", None),
        ("Сообщение не доставлено: пользователь не найден", "koi8_r", None),
        ("Die Adresse gibt es nicht, bitte überprüfen", "cp1252", None),
    ],
)
def test_a_character_set_is_found_declared_or_not(text: str, written: str, declared: str | None) -> None:
    assert decode_bytes(text.encode(written), declared) == text


def is_charset(name: str) -> bool:
    try:
        return bool(getattr(codecs.lookup(name), "_is_text_encoding", True))
    except LookupError:
        return True


#: Every codec of Python's that is no character set, and names that are none at all.
NO_CHARSETS = sorted(
    {
        name
        for name in {*encodings.aliases.aliases, *encodings.aliases.aliases.values(), "idna", "punycode"}
        if not is_charset(name)
    }
    | {
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "..",
        "os",
        "a" * 5000,
        "\0",
        "%s",
    }
)


@pytest.mark.parametrize("charset", NO_CHARSETS)
def test_no_codec_that_is_no_character_set_can_be_named(charset: str) -> None:
    for data in (b"\\x41 7b 636f6465 xn--a", b"x\x9cK\xcb\xcf\x07\x00\x02\x82\x01E\xe9", b"\\N{BULLET}\xe9"):
        assert decode_bytes(data, charset) == decode_bytes(data, None)


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "utf-7", "utf-16", "hz", "iso-2022-kr", "utf-32", "big5", "x"]),
)
def test_any_bytes_decode_to_text_that_goes_into_utf_8(data: bytes, charset: str | None) -> None:
    assert decode_bytes(data, charset).encode("utf-8").decode("utf-8") is not None
    assert decode_bytes(data, charset, guess=False).encode("utf-8") is not None


@pytest.mark.parametrize(
    ("encoding", "encoded", "decoded"),
    [
        ("base64", base64.encodebytes(HIDDEN.encode()), HIDDEN),
        ("BASE64 ", base64.b64encode(HIDDEN.encode()), HIDDEN),
        ("base64", base64.b64encode(HIDDEN.encode())[:-5], HIDDEN[:-4]),
        ("base64", b"!" + base64.b64encode(HIDDEN.encode()) + b"\n-- \nfooter of a list", HIDDEN),
        ("base64", b"Final-Recipient: rfc822; a@example.org", "Final-Recipient: rfc822; a@example.org"),
        ("base64", b"=", ""),
        ("quoted-printable", b"user=20unknown=3A a@=\nexample.org", HIDDEN),
        ("quoted-printable", b"100=% =ZZ =", "100=% =ZZ "),
        ("x-uuencode", b"begin 644 x\n" + codecs.encode(HIDDEN.encode(), "uu").split(b"\n", 1)[1], HIDDEN),
        ("x-uuencode", b"begin 644 x\n\xff\xff\nend\n", "begin 644 x\nÿÿ\nend\n"),
        ("7bit", HIDDEN.encode(), HIDDEN),
        ("x-yenc", b"=ybegin line=128 size=1 name=x", "=ybegin line=128 size=1 name=x"),
        ("nonsense", HIDDEN.encode(), HIDDEN),
        ("", HIDDEN.encode(), HIDDEN),
    ],
)
def test_transfer_encodings_are_undone_as_far_as_they_are_true(
    encoding: str, encoded: bytes, decoded: str
) -> None:
    text = decode_transfer(encoded, encoding).decode("latin-1")
    assert text.startswith(decoded)
    if "footer" not in str(encoded):
        assert text == decoded


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "8bit"]))
def test_no_transfer_encoding_yields_more_than_it_was_given(data: bytes, encoding: str) -> None:
    assert len(decode_transfer(data, encoding)) <= len(data)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        ("=?UTF-8?B?R3LDtsOfZQ==?= now", "Größe now"),
        ("=?utf-8?b?R3LD?= =?utf-8?q?x?=", "GrÃx"),
        ("=?utf-8?q?a?=\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a_b?= c", "a b c"),
        ("=?utf-8*de?q?a?=", "a"),
        ("=?idna?q?xn--a?=", "xn--a"),
        ("=?rot13?q?nop?=", "nop"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?=", "=?utf-8?q?a?="),
        ("=?=?utf-8?q?a?=?=", "=?a?="),
        ("Gr\udcc3\udcb6\udcc3\udc9fe", "Größe"),
        ("Gr\udcf6\udcdfe", "Größe"),
        ("folded\n\tvalue", "folded value"),
        ("\x1b[2Jclear\x07 \x9bscreen\x85", "[2Jclear screen"),
        ("\ud800", "?"),
    ],
)
def test_header_values_are_decoded_once_and_without_controls(value: str, text: str) -> None:
    assert header_text(value) == text


@given(
    st.lists(
        st.sampled_from(["=?", "?=", "utf-8", "?q?", "?b?", "=C3", "R3LD", " ", "\n ", "x", "\udcff"]),
        max_size=30,
    )
)
def test_any_pieces_of_encoded_words_give_printable_text(pieces: list[str]) -> None:
    text = header_text("".join(pieces))
    assert text.encode("utf-8").isascii() or text.isprintable() or "\ufffd" in text
    assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in text)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello <b>Tom</b></p><p>two</p>", "Hello Tom\n\ntwo\n"),
        ("one<br>two<BR/>three", "one\ntwo\nthree\n"),
        ("one<br>\n<br>two<br> <br><br>three", "one\n\ntwo\n\nthree\n"),
        ("<a href='mailto:tom@example.org?subject=x'>Tom</a>", "tom@example.org Tom\n"),
        (
            "<table><tr><td>a@example.org</td><td>550 unknown</td></tr></table>",
            "a@example.org\n550 unknown\n",
        ),
        ("a&amp;b&#64;c &lt;d@example.org&gt;", "a&b@c <d@example.org>\n"),
        ("<style>x@y.example</style><script>a@b.example</script><!-- c@d.example -->text", "text\n"),
        ("<title>t</title>text", "text\n"),
        ("\u4e2d\u6587<p class=\u00e9>\u5730\u5740</p>", "\u4e2d\u6587\n\n\u5730\u5740\n"),
        ("plain text", "plain text\n"),
        ("", "\n"),
        ("<", "<\n"),
        ("<p", "<p\n"),
        ("To: <d@example.org>\n\n550 a &lt; b", "To: <d@example.org>\n\n550 a < b\n"),  # plain text
        ("<b>one</b>\ntwo", "one\ntwo\n"),
    ],
)
def test_html_is_read_in_lines_as_it_is_shown(html: str, text: str) -> None:
    assert html_text(html) == text


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "<p>", "</p>", "<a href=", "mailto:", "x@y.example", '"', "<!--", "&", "é", "\0"]
        )
    )
)
def test_any_html_gives_text(pieces: list[str]) -> None:
    assert html_text("".join(pieces)).endswith("\n")


def test_only_so_many_tags_and_so_much_of_one_are_read() -> None:
    buffer = Buffer(b"", Limits(html_tags=3))
    assert html_text("<p>a</p><p>b</p><p>c</p>", buffer) == "a\n\nb\n"
    assert [*map(str, buffer.warnings)] == ["HTML beyond the first 3 tags was not read."]
    attributes = " ".join(f"a{number}=x" for number in range(20_000))
    assert html_text(f"<p>a</p><b {attributes}>b</b>") == "a\n\nb\n"


def test_a_text_part_is_decoded_within_its_limit() -> None:
    header = 'Content-Type: text/plain; charset="iso-8859-1"\nContent-Transfer-Encoding: quoted-printable\n'
    part = read_message(f"{header}\nGr=F6=DFe\r\n".encode())
    assert body_text(part, 100) == "Größe\n"
    assert part.buffer.warnings == []
    assert body_text(part, 5) == "Grö"
    assert [*map(str, part.buffer.warnings)] == ["Only the first 5 bytes of a text part were read."]
