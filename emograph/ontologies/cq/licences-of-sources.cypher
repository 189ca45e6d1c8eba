// Which sources state a licence, and which?
// Who ships the graph must keep the terms of what it was made from.
MATCH (s:Source)-[:LICENSE]->(l)
WHERE s.prefLabel IN ['emograph authors', 'WordNet 3.0', 'EmoSet', 'Emotion Ontology']
RETURN s.prefLabel AS source, l.iri AS licence
ORDER BY source
