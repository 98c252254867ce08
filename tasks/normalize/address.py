"""URLs: normalised, without tracking parameters and AMP's detours, and the domains in them."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from courlan import normalize_url
from tld import get_tld

TRACKING = re.compile(
    r"(?:utm_\w+|mc_\w+|ga_\w+|pk_\w+|at_\w+|fb_\w+|hsa_\w+|_hs\w+|wt_?\w*|[a-z]{0,3}clid|igshid|cmpid|cmp|ncid|ocid|sr_share|smid|smtyp|ref|ref_src|ref_url|referrer|source|src|xtor|spm|guccounter|guce_\w+|mkt_tok|__twitter_impression|amp|outputtype|ito|ns_\w+|taid|tpcc|wpsrc|share|sharetype|partner|soc_src|soc_trk|yptr|cid|mbid|wtrid|feature|ftag|traffic_source)\Z",
    re.I,
)
CACHE = re.compile(r"https?://(?:[\w\-]+\.cdn\.ampproject\.org/(?:[vci]/)(?:s/)?|(?:www\.)?google\.[a-z.]{2,6}/amp/(?:s/)?)", re.I)
AMP_PATH = re.compile(r"/amp/?\Z|(?<=/)amp/|\.amp(?=\.html?\Z|\Z)", re.I)
AMP_HOST = re.compile(r"\A(?:amp|mobile|m)\.(?=[^.]+\.[^.]+)", re.I)


def tidy(url: str, base: str | None = None) -> str | None:
    """A URL as it is published: absolute, https or http, host in lower case, without tracking and fragment. None where it is none."""
    url = url.strip()
    if base and not re.match(r"https?://", url, re.I):
        url = urljoin(base, url)
    url = CACHE.sub("https://", url)
    if not re.match(r"https?://[^\s/]+\.[^\s/]", url, re.I) or " " in url:
        return None
    try:
        split = urlsplit(normalize_url(url))
    except ValueError:
        return None
    query = urlencode([(k, v) for k, v in parse_qsl(split.query, keep_blank_values=True) if not TRACKING.match(k)])
    return urlunsplit((split.scheme, split.netloc.lower(), split.path or "/", query, ""))


def canonical(url: str) -> str:
    """A tidied URL without the marks of its AMP or mobile variant."""
    split = urlsplit(url)
    path = AMP_PATH.sub("", split.path) or "/"
    return urlunsplit((split.scheme, AMP_HOST.sub("www." if split.netloc.count(".") == 2 else "", split.netloc), path, split.query, ""))


@lru_cache(maxsize=4096)
def domains(url: str) -> tuple[str, ...]:
    """The host of a URL without `www.`, then its parents down to the registrable domain; empty where the suffix is unknown."""
    bare = re.match(r"(?:https?://)?(?:www\.)?((?:[\w\-]+\.)*([\w\-]+\.example))(?![\w.])", url.strip().lower())
    if bare:  # reserved for examples: no public suffix, and never anybody's
        return tuple(dict.fromkeys(bare.groups()))
    found = get_tld(CACHE.sub("https://", url.strip()), as_object=True, fail_silently=True, fix_protocol=True)
    if found is None or isinstance(found, str) or not found.fld:
        return ()
    host = (found.parsed_url.hostname or "").lower().removeprefix("www.")
    labels = host.split(".")
    registrable = found.fld.lower()
    return tuple(".".join(labels[i:]) for i in range(len(labels)) if len(".".join(labels[i:])) >= len(registrable))
