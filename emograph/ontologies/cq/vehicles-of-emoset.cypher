// Which labels of EmoSet are vehicles of some kind?
// A question about a class of things must find all labels below it.
MATCH (c:Concept)-[:VOCABULARY]->(:Vocabulary {notation: 'emoset'})
MATCH (c)-[:KIND]->(:CueKind {notation: 'object'})
MATCH (c)-[:BROADER*1..20]->(:Concept {notation: 'wordnet:04524313-n'})
RETURN DISTINCT c.prefLabel AS label
ORDER BY label
