"""Whether it runs, and whether it can work."""

from __future__ import annotations

from litestar import Response, get

from dsnparse.web.access import OPEN, needs
from dsnparse.web.service import Service


@get("/healthz", **needs(OPEN), sync_to_thread=False)
def healthz() -> dict[str, str]:
    """It runs."""
    return {"status": "ok"}


@get("/readyz", **needs(OPEN))
async def readyz(service: Service) -> dict[str, str]:
    """It can work: the database answers, where there is one."""
    if service.has_store:
        await service.ask(service.store.position, "readyz")
    return {"status": "ok"}


@get("/metrics", **needs("read"))
async def metrics(service: Service) -> Response[bytes]:
    """What Prometheus asks for."""
    kind, text = await service.ask(service.metrics.exposed)
    return Response(text, media_type=kind)


handlers = (healthz, readyz, metrics)
