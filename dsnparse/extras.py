"""What is installed beside the core, and how; the distribution's name stands in code here alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

#: What `pip install` takes. (The name `dsnparse` on the public index belongs to another project.)
DISTRIBUTION = "mail-dsnparse"
#: Packages that come with an extra → the extra.
EXTRAS = {
    "sqlalchemy": "store",
    "psycopg": "postgresql",
    "imap_tools": "imap",
    "aiosmtpd": "lmtp",
    "dkim": "dkim",
    "dns": "dkim",
    "cryptography": "webhooks",
    "litestar": "serve",
    "uvicorn": "serve",
    "prometheus_client": "metrics",
    "jinja2": "report",
    "olefile": "msg",
    "pyarrow": "parquet",
    "duckdb": "duckdb",
    "pyspark": "spark",
}


def install_line(*extras: str) -> str:
    """What to type to have these extras, or the distribution itself."""
    return f"pip install '{DISTRIBUTION}[{','.join(extras)}]'" if extras else f"pip install {DISTRIBUTION}"


def told(error: ModuleNotFoundError) -> str | None:
    """The sentence for a package that comes with an extra and is missing; None for any other module."""
    package = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(package)
    if extra is None:
        return None
    return f"This needs the package {package}, which comes with the extra '{extra}': {install_line(extra)}."


@contextmanager
def telling() -> Iterator[None]:
    """Imports in this block that lack an extra raise ModuleNotFoundError with the line that installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        sentence = told(error)
        if sentence is None or str(error) == sentence:
            raise
        raise ModuleNotFoundError(sentence, name=error.name) from None
