"""Whether it runs, and whether it can work."""

from __future__ import annotations

import msgspec
from litestar import Response, get

from dsnparse.web.access import OPEN
from dsnparse.web.describe import TEXT, needs
from dsnparse.web.service import Service


class Health(msgspec.Struct):
    """All is well."""

    status: str = "ok"


@get("/healthz", **needs(OPEN), sync_to_thread=False)
def healthz() -> Health:
    """It runs."""
    return Health()


@get("/readyz", **needs(OPEN))
async def readyz(service: Service) -> Health:
    """It can work: the database answers, where there is one."""
    if service.has_store:
        await service.ask(service.store.position, "readyz")
    return Health()


@get("/metrics", **needs("read", gives={"text/plain": TEXT}))
async def metrics(service: Service) -> Response[bytes]:
    """What Prometheus asks for."""
    kind, text = await service.ask(service.metrics.exposed)
    return Response(text, media_type=kind.removesuffix("; charset=utf-8"))  # Litestar adds it


handlers = (healthz, readyz, metrics)
