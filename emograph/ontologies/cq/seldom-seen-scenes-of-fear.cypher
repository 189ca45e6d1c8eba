// Of which scenes does the graph say that they frighten, from three pictures at most?
// Such a share is chance, and the reasoner must lean on what is above.
MATCH (c:Concept)-[:KIND]->(:CueKind {notation: 'scene'})
MATCH (c)-[a:ASSOCIATED_WITH]->(e:Emotion {prefLabel: 'fear'})
  -[:SCHEME]->(:EmotionScheme {notation: 'mikels'})
WHERE a.total <= 3 AND a.weight >= 0.5
RETURN c.prefLabel AS label, a.count AS times, a.total AS pictures
ORDER BY label
