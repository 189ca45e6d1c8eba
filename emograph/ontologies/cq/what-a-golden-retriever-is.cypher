// Of what is a golden retriever a kind, from near to far?
// A concept that nobody counted inherits along this way, so it must be right.
MATCH path = (dog:Concept {notation: 'imagenet:207'})-[:BROADER*1..8]->(node:Concept)
MATCH (node)-[:BROADER*0..8]->(:Concept {notation: 'wordnet:02084071-n'})
RETURN node.prefLabel AS label, min(size(relationships(path))) AS steps
ORDER BY steps
