// Which labels that EmoSet has at least 100 times go with fear most often?
// The strongest evidence of an emotion, without those that were seen by chance.
MATCH (c:Concept)-[a:ASSOCIATED_WITH]->(e:Emotion {prefLabel: 'fear'})
  -[:SCHEME]->(:EmotionScheme {notation: 'mikels'})
WHERE a.source = 'https://w3id.org/emograph/source/emoset' AND a.total >= 100
RETURN c.prefLabel AS label, a.weight AS share, a.total AS total
ORDER BY share DESC, label
LIMIT 8
