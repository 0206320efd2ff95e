"""Reports that come by mail and are about no recipient: they are for other tools, and the warning says which.

Facts:

* DMARC aggregate reports (RFC 7489 section 7.2.1, RFC 9990): the subject is "Report Domain: … Submitter:
  …", the attachment XML in gzip or zip.
* TLS reports (RFC 8460 section 3): `TLS-Report-Domain` in the header, or the type
  `application/tlsrpt+gzip`.
"""

from __future__ import annotations

import re

from dsnparse.model import Evidence
from dsnparse.notice.notice import Notice
from dsnparse.read.reading import Reading
from dsnparse.vocabulary import Kind

_AGGREGATE = re.compile(r"\s{0,5}report domain:\s{0,5}\S{1,255}\s{1,5}submitter:", re.IGNORECASE)
_TLS = "tls-report-domain"


def read_other_report(notice: Notice) -> Reading | None:
    """A report on DMARC or TLS."""
    head = notice.head
    if _TLS in head.first or "tlsrpt" in head.first.get("content-type", "").lower():
        code, shown = "other.tls_report", head.first.get(_TLS, "") or head.subject
    elif _AGGREGATE.match(head.subject):
        code, shown = "other.dmarc_report", head.subject
    else:
        return None
    notice.warn(code)
    return Reading(Kind.OTHER, [Evidence("kind", "header", 0, code, shown[:200])])
