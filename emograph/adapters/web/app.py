"""The HTTP API: photographs explained, the knowledge asked, the gallery, and the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.middleware.trustedhost import TrustedHostMiddleware

from emograph.adapters.web.api.browse import add_browsing
from emograph.adapters.web.api.consoles import add_consoles
from emograph.adapters.web.api.explain import add_explaining
from emograph.adapters.web.api.gallery import add_gallery
from emograph.adapters.web.api.given import add_given
from emograph.adapters.web.cypher import CypherDesk
from emograph.adapters.web.errors import add_errors
from emograph.adapters.web.explaining import Explainer, State
from emograph.adapters.web.gallery import Gallery
from emograph.adapters.web.graphs import add_graphs
from emograph.adapters.web.guarding import Guard
from emograph.adapters.web.knowledge import Knowledge
from emograph.adapters.web.pages import add_pages
from emograph.adapters.web.service import Limits, Service
from emograph.adapters.web.slots import Slots
from emograph.adapters.web.sparql import add_sparql
from emograph.adapters.web.watching import Figures, Watch
from emograph.adapters.web.workers import Workers
from emograph.engine.engine import Engine
from emograph.kg.graph import KnowledgeGraph
from emograph.version import __version__


@dataclass(frozen=True, slots=True)
class Health:
    """That the server is there, and what it serves; `engine` says whether it explains by now."""

    status: str
    version: str
    graph: str
    writable: bool
    engine: State


def create_app(
    graph: KnowledgeGraph,
    limits: Limits | None = None,
    *,
    writable: bool = False,
    hosts: Iterable[str] = ("*",),
    token: str | None = None,
    load_engine: Callable[[], Engine] | None = None,
    gallery: Gallery | None = None,
) -> FastAPI:
    """The application that serves a graph.

    Changes are refused unless `writable`. `hosts` are the names that requests may call the server
    by; naming them keeps pages of other sites from reaching it under a name of theirs. With a
    `token`, requests must bring it. `load_engine` gives what explains photographs; it is called in
    the background. The `gallery` is of the images that were kept.
    """
    limits = limits or Limits()
    service = Service(
        graph=graph,
        limits=limits,
        slots=Slots(limits.slots, limits.seconds, limits.patience),
        writable=writable,
        workers=Workers(limits.workers, limits.waiting, limits.explaining),
        searcher=Workers(1, limits.searching, limits.explaining),
        figures=Figures(),
        knowledge=Knowledge(graph),
        cypher=CypherDesk(graph.store),
        gallery=gallery,
        explainer=None if load_engine is None else Explainer(load_engine, limits.remembered),
    )
    app = FastAPI(
        title="emograph",
        summary="What photographs make their viewers feel and why, and the knowledge behind it",
        version=__version__,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lambda _: _living(service),
    )
    app.state.service = service
    # The last one added is the first that a request meets.
    app.add_middleware(Guard, token=token)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Watch, figures=service.figures)
    add_errors(app)
    add_explaining(app, service)
    add_given(app, service)
    add_gallery(app, service)
    add_browsing(app, service)
    add_consoles(app, service)
    add_sparql(app, service)
    add_graphs(app, service)
    add_state(app, service)
    add_pages(app, service)
    return app


def add_state(app: FastAPI, service: Service) -> None:
    """Add the routes that tell how the server is."""
    figures, workers, explainer = service.figures, service.workers, service.explainer
    figures.watch("waiting", "Photographs that wait to be explained.", lambda: workers.waiting)
    figures.watch("running", "Photographs that are being explained.", lambda: workers.running)

    @app.get("/health", tags=["Health"], summary="Tell that the server is there")
    async def health() -> Health:
        return Health(
            "ok",
            __version__,
            service.graph.version,
            service.writable,
            "none" if explainer is None else explainer.state,
        )

    @app.get(
        "/metrics",
        tags=["Health"],
        response_class=Response,
        summary="Give figures for Prometheus",
        responses={200: {"description": "The figures.", "content": {"text/plain": {}}}},
    )
    async def metrics() -> Response:
        return Response(figures.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


@asynccontextmanager
async def _living(service: Service) -> AsyncIterator[None]:
    """Load the models when the server begins, and end what works beside it when it ends."""
    if service.explainer is not None:
        service.explainer.start()
    try:
        yield
    finally:
        service.workers.close()
        service.searcher.close()
        service.cypher.close()
        if service.gallery is not None:
            service.gallery.close()
