"""Reports in the words of other software, for programs that already read those.

    to_sisimai(report)          the records of Sisimai 5
    to_ses_events(report)       notifications of Amazon SES
    to_anymail_events(report)   events of django-anymail, for its signal `tracking`

`dsnparse.adapters.flufl` has the two functions of flufl.bounce, `dsnparse.adapters.mailman` a bounce runner
for Mailman 3. All of them say less than a `Report` does; none of them says more.
"""

from dsnparse.adapters.anymail import to_anymail_events
from dsnparse.adapters.ses import to_ses_events
from dsnparse.adapters.sisimai import to_sisimai

__all__ = ["to_anymail_events", "to_ses_events", "to_sisimai"]
