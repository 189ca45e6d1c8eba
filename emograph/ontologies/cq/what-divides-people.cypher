// Which labels go about as often with a pleasant as with an unpleasant emotion?
// A label that is seen at least 100 times and still divides people needs its context.
MATCH (c:Concept)-[a:ASSOCIATED_WITH]->(e:Emotion)
WHERE a.source = 'https://w3id.org/emograph/source/emoset' AND a.total >= 100
WITH c, sum(CASE WHEN e.valence > 0 THEN a.weight ELSE 0.0 END) AS pleasant,
  sum(CASE WHEN e.valence < 0 THEN a.weight ELSE 0.0 END) AS unpleasant
WHERE pleasant >= 0.45 AND unpleasant >= 0.45
RETURN c.prefLabel AS label, pleasant, unpleasant
ORDER BY label
