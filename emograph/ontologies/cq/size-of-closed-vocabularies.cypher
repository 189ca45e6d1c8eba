// Does the graph have every label of ImageNet, of the SUN attributes and of the photometric steps?
// These lists are closed: a label that is missing is one the detector gives in vain.
MATCH (c:Concept)-[:VOCABULARY]->(v:Vocabulary)
WHERE v.notation IN ['imagenet', 'sun'] OR v.notation = 'photometry'
  AND (c.iri CONTAINS '/brightness/' OR c.iri CONTAINS '/colorfulness/')
RETURN v.notation AS vocabulary, count(c) AS labels
ORDER BY vocabulary
