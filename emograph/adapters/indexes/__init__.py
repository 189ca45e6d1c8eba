"""Indexes of explained images: in a folder beside a store, in memory, in a Neo4j server."""
