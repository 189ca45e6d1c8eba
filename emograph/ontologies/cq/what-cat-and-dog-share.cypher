// What is the nearest thing that a cat and a dog both are?
// What two things share is where they inherit the same feelings.
MATCH (cat:Concept {notation: 'emoset:object:Cat'})-[:BROADER*1..20]->(node:Concept)
WITH collect(DISTINCT node.iri) AS shared
MATCH (dog:Concept {notation: 'emoset:object:Dog'})-[:BROADER*1..20]->(node:Concept)
WHERE node.iri IN shared
WITH collect(DISTINCT node.iri) AS common
MATCH (near:Concept)-[:BROADER]->(far:Concept)
WHERE near.iri IN common AND far.iri IN common
WITH common, collect(DISTINCT far.iri) AS farther
MATCH (c:Concept)
WHERE c.iri IN common AND NOT c.iri IN farther
RETURN c.prefLabel AS label
ORDER BY label
