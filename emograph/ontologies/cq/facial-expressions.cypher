// Which facial expressions can a cue stand for, and by which vocabulary?
// A face detector may give no label that the graph does not know.
MATCH (c:Concept)-[:KIND]->(:CueKind {notation: 'facial_expression'})
MATCH (c)-[:VOCABULARY]->(v:Vocabulary)
RETURN c.prefLabel AS label, v.notation AS vocabulary
ORDER BY label
