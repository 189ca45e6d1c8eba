"""Opens property graphs: the knowledge of a store, or what was pushed to a graph server."""

from __future__ import annotations

from emograph.adapters.stores.bolt.connection import SCHEMES
from emograph.adapters.stores.bolt.graph import BoltGraph
from emograph.adapters.stores.kglite.graph import KgliteGraph
from emograph.assembly import open_knowledge
from emograph.config import load_settings
from emograph.kg.property_graphs import PropertyGraph


def open_graph(place: str | None = None) -> PropertyGraph:
    """The property graph at a place, to ask in Cypher and to close after use.

    ``memory`` and ``disk:FOLDER`` are stores of RDF, whose knowledge is projected as it is at this
    moment; without a place it is the store of the settings. ``neo4j://host:port/database`` (or
    ``bolt://…``) is a server, which holds what was pushed to it; the user and the password are of
    the settings. Raises `KnowledgeError` where the place is none, or is not there.
    """
    settings = load_settings(store=place)
    if settings.store.partition("://")[0] in SCHEMES:
        password = settings.neo4j_password
        secret = None if password is None else password.get_secret_value()
        return BoltGraph(settings.store, settings.neo4j_user, secret)
    knowledge = open_knowledge(settings)
    graph = KgliteGraph()
    try:
        graph.push(knowledge.store)
    finally:
        knowledge.close()
    return graph
