"""The application: handlers, and what stands before them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from dsnparse import __version__
from dsnparse.web import health, knowledge, marking, messages, page
from dsnparse.web.access import OPEN, needs
from dsnparse.web.problems import plugin
from dsnparse.web.service import Service

HANDLERS: tuple[Any, ...] = (
    *messages.handlers,
    *marking.handlers,
    *knowledge.handlers,
    *health.handlers,
    *page.handlers,
)


def make_app(service: Service, more: Sequence[Any] = ()) -> Litestar:
    """The ASGI application of a service; `more`: further handlers."""

    def the_service() -> Service:
        return service

    return Litestar(
        route_handlers=[*HANDLERS, *more],
        dependencies={"service": Provide(the_service, sync_to_thread=False)},
        lifespan=[service.running],
        plugins=[plugin],
        request_max_body_size=service.settings.max_body,
        openapi_config=OpenAPIConfig(
            title="dsnparse",
            version=__version__,
            description="Bounce messages in; who failed, why, and what to do about it out.",
            use_handler_docstrings=True,
            openapi_router=Router("/schema", route_handlers=[], opt=needs(OPEN)["opt"]),
            components=Components(
                security_schemes={
                    "key": SecurityScheme(type="http", scheme="bearer", description="`dsnparse keys`")
                }
            ),
        ),
        logging_config=None,
        debug=False,
    )
