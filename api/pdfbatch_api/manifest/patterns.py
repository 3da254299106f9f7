"""The patterns of the resource in words: a regular expression explains nothing at 2 a.m."""

from typing import Final

from pdfbatch_api.resource.output import PAGE_NUMBERS_PATTERN
from pdfbatch_api.resource.postprocessing import PAGES_PATTERN
from pdfbatch_api.resource.quantities import DURATION_PATTERN, LENGTH_PATTERN, SHARE_PATTERN, SIZE_PATTERN

# A test holds this table against the models: a new pattern needs its words.
PATTERNS: Final[dict[str, str]] = {
    LENGTH_PATTERN: "a length such as 15mm, 1.5cm, 0.5in, 36pt or 48px",
    DURATION_PATTERN: "a duration such as 500ms, 30s, 20m or 1h30m",
    SIZE_PATTERN: "a size in bytes such as 65536, 64Ki, 10Mi or 1Gi",
    SHARE_PATTERN: "a number of documents, or a share of them such as 0.1%",
    r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$": "a name of small letters, digits, - and ., with a letter or digit at each end",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$": "a date such as 2026-11-30 or 2026-11-30T09:00:00Z",
    PAGES_PATTERN: "which pages: all, first, last, or numbers and ranges such as 1,3-5 or 2-last",
    PAGE_NUMBERS_PATTERN: "a line of text in which {page} and {pages} are all there is in braces",
    "^#[0-9A-Fa-f]{6}$": "a colour such as #cc0000",
    "^[A-Z]{3}$": "a currency's three letters, such as EUR",
    "^[0-9]+s$": "a time in seconds such as 30s",
    "^[0-9]+(s|m)$": "a time in seconds or minutes such as 45s or 3m",
    "^[A-Za-z_][A-Za-z0-9_]*$": "the name of an environment variable: letters, digits and _",
}
