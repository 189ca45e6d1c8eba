// Of which labels does EmoSet say that one emotion prevails, and what is said of pictures another?
// Two sources that disagree are a reason to look, not to average.
MATCH (one:Emotion)<-[a:ASSOCIATED_WITH]-(c:Concept)-[b:ASSOCIATED_WITH]->(two:Emotion)
WHERE a.source = 'https://w3id.org/emograph/source/emoset' AND a.weight >= 0.6 AND a.total >= 100
  AND b.source = 'https://w3id.org/emograph/source/phrases' AND b.weight >= 0.35
  AND one.iri <> two.iri
RETURN c.prefLabel AS label, one.prefLabel AS emoset, two.prefLabel AS phrases
ORDER BY label
