"""The application: handlers, and what stands before them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from dsnparse import __version__
from dsnparse.web import (
    addresses,
    health,
    knowledge,
    marking,
    messages,
    page_files,
    provider_events,
    reporting,
    suppressions,
)
from dsnparse.web.access import OPEN, Access
from dsnparse.web.describe import complete
from dsnparse.web.ingesting import Ingesting
from dsnparse.web.problems import plugin
from dsnparse.web.service import Service
from dsnparse.web.tracking import Tracking

HANDLERS: tuple[Any, ...] = (
    *messages.handlers,
    *provider_events.handlers,
    *marking.handlers,
    *addresses.handlers,
    *suppressions.handlers,
    *knowledge.handlers,
    *reporting.handlers,
    *health.handlers,
    *page_files.handlers,
)


def make_app(service: Service, more: Sequence[Any] = ()) -> Litestar:
    """The ASGI application of a service; `more`: further handlers."""

    ingesting = Ingesting(service)

    def the_service() -> Service:
        return service

    def the_ingesting() -> Ingesting:
        return ingesting

    app = Litestar(
        route_handlers=[*HANDLERS, *more],
        dependencies={
            "service": Provide(the_service, sync_to_thread=False),
            "ingesting": Provide(the_ingesting, sync_to_thread=False),
            "given": Provide(addresses.given_address, sync_to_thread=False),
        },
        lifespan=[service.running],
        guards=[Access(service.settings, service.keys)],
        middleware=[
            Tracking(
                service.metrics.registry,
                service.memory,
                {
                    "parsing": service.parsing.room,
                    "ingesting": ingesting.room,
                    "asking": service.asking.room,
                    "writing": service.writing.room,
                    "reporting": service.reporting.room,
                },
                service.settings,
            )
        ],
        plugins=[plugin],
        request_max_body_size=service.settings.max_body,
        openapi_config=OpenAPIConfig(
            title="dsnparse",
            version=__version__,
            description="Reads bounce messages, and says who failed, why, and whether to mail them again.",
            use_handler_docstrings=True,
            openapi_router=Router("/schema", route_handlers=[], opt={"scope": OPEN}, include_in_schema=False),
            render_plugins=[JsonRenderPlugin()],
            components=Components(
                security_schemes={
                    "key": SecurityScheme(type="http", scheme="bearer", description="`dsnparse keys`")
                }
            ),
        ),
        logging_config=None,
        debug=False,
    )
    complete(app.openapi_schema, with_keys=service.keys is not None)
    return app
