// What is a flood in the graph: its meaning, kind, vocabulary, and what it is a kind of?
// The first question about anything that a detector names.
MATCH (c:Concept {notation: 'wordnet:11454591-n'})
MATCH (c)-[:KIND]->(k:CueKind), (c)-[:VOCABULARY]->(v:Vocabulary), (c)-[:BROADER]->(b:Concept)
RETURN c.definition AS definition, k.notation AS kind, v.notation AS vocabulary,
  b.prefLabel AS broader
