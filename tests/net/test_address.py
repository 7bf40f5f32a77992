"""The rules for URLs and numeric addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import AddressRefused, SettingsError
from bot.net.address import MAX_URL_CHARS, AllowList, check_url, host_and_port, public
from bot.net.site import registrable_domain, same_site

PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "::ffff:8.8.8.8",
]
NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1",
    "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1",
    "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "2606:4700::1111%eth0", "", "example.org", "127.1", "0x7f000001",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    """Addresses of the public internet pass, also when IPv6 wraps an IPv4 one."""
    assert public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not_public(address: str) -> None:
    """Private, special, wrapped, scoped and malformed addresses are refused, whatever `is_global` says."""
    assert not public(address)


HOSTILE_URLS = [
    "", "feed.xml", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
    "javascript:alert(1)", "data:text/html,x", "http://", "http:///x", "https://:443/", "http:example.org",
    "http://127.0.0.1/", "http://127.0.0.1:8080/", "http://0.0.0.0/", "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://168.63.129.16/", "http://192.168.0.1/",
    "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25eth0]/", "http://[fe80::1]/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/",
    "http://017700000001/", "http://127.0.0.1./", "http://127.0.0.0x1/", "http://1.1.1.1.1/",
    "http://①②⑦.⓪.⓪.①/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://loc\u200balhost/",
    "http://localhost/", "http://localhost./", "http://LOCALHOST/", "http://a.localhost/", "http://intranet/",
    "http://printer.local/", "http://metadata.google.internal/", "http://user@example.org/",
    "http://user:password@example.org/", "http://127.0.0.1@example.org/", "http://example.org@127.0.0.1/",
    "http://example.org\\@127.0.0.1/", "http://example.org:22/", "http://example.org:8080/",
    "https://example.org:6379/", "http://example.org:99999/", "http://example.org:0/",
    "http://example.org:-80/", "http://example.org:80a/", "http://exam ple.org/", "http://example.org/\r\nX: y",
    "http://example.org/\x00", "http://example.org/a\tb", "http://[::1/", "http://::1/", "http://[1.2.3.4]/",
    "http://%31%32%37.0.0.1/", "http://example.org%2f@127.0.0.1/", "http://ex%5f.org/", "http://-a.org/",
    "http://a..b/", "http://.example.org/", "http://xn--a/", "http://\ud800.org/", "http://" + "a" * 64 + ".org/",
    "http://example.org/" + "a" * MAX_URL_CHARS,
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_hostile_urls_are_refused(url: str) -> None:
    """No trick of writing gets a URL past the rules, and the answer is one sentence and a next step."""
    with pytest.raises(AddressRefused) as caught:
        check_url(url, AllowList())
    assert caught.value.what.endswith(".")
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("https://example.org:80/", "https://example.org:80/"),
        (" https://example.org/x ", "https://example.org/x"),
        ("https://bücher.example/ü?q=ü", "https://xn--bcher-kva.example/%C3%BC?q=%C3%BC"),
        ("https://example.org./%41?a=%20", "https://example.org/%41?a=%20"),
        ("https://my_host.example.org/", "https://my_host.example.org/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0::1111]/", "http://[2606:4700::1111]/"),
        ("https://example.com1.example/", "https://example.com1.example/"),
        ("https://example.org?x", "https://example.org/?x"),
    ],
)
def test_good_urls_get_one_form(url: str, expected: str) -> None:
    """A good URL comes back normalised, and normalising it again changes nothing."""
    assert check_url(url, AllowList()) == expected
    assert check_url(expected, AllowList()) == expected


def test_allow_list_exempts_exactly_its_pairs() -> None:
    """An allow-listed host:port passes; the same host on another port, or another host, does not."""
    allowed = AllowList.parse("127.0.0.1:8080, Intranet.example:81,[::1]:82, box:80")
    for url in (
        "http://127.0.0.1:8080/",
        "https://intranet.example:81/",
        "http://[::1]:82/",
        "http://box/",
    ):
        assert check_url(url, allowed)
    for url in (
        "http://127.0.0.1:8081/",
        "http://127.0.0.1/",
        "http://[::1]:8080/",
        "http://box:81/",
    ):
        with pytest.raises(AddressRefused):
            check_url(url, allowed)


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "x:", ":80", "x:0", "x:99999", "x:8o", "::1:80", "a b:80", "http://x:80"]
)
def test_wrong_allow_list_is_a_settings_error(text: str) -> None:
    """A malformed allow-list names the item and how to write it."""
    with pytest.raises(SettingsError, match="PLAINWIRE_ALLOW_PRIVATE"):
        AllowList.parse(text)


@given(st.text(max_size=80) | st.text(max_size=40).map(lambda tail: "http://" + tail))
def test_any_text_is_a_url_or_refused(text: str) -> None:
    """Arbitrary text either becomes a normal http(s) URL that stays as it is, or is refused."""
    try:
        url = check_url(text, AllowList())
    except AddressRefused:
        return
    assert url.isascii()
    assert url.startswith(("http://", "https://"))
    assert check_url(url, AllowList()) == url
    assert host_and_port(url)[1] in {80, 443}


@given(st.ip_addresses().map(str))
def test_public_never_contradicts_private(address: str) -> None:
    """Nothing that Python itself calls private, loopback, link-local or multicast counts as public."""
    from ipaddress import ip_address

    ip = ip_address(address)
    if public(address) and getattr(ip, "ipv4_mapped", None) is None:
        assert not any([ip.is_private, ip.is_loopback, ip.is_link_local, ip.is_multicast])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.example.org", "example.org"),
        ("news.example.co.uk", "example.co.uk"),
        ("example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("a.b.example.de.", "example.de"),
        ("127.0.0.1", "127.0.0.1"),
        ("box", "box"),
    ],
)
def test_registrable_domain(host: str, expected: str) -> None:
    """Subdomains belong to one site; two names under a shared second level do not."""
    assert registrable_domain(host) == expected
    assert same_site(host, expected)
    assert not same_site(host, "elsewhere.example")
