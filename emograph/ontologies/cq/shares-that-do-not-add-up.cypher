// For which subjects and sources do the shares over a scheme not add up to one?
// The reasoner takes a row of shares for a distribution; the answer should be: none.
MATCH (s)-[a:ASSOCIATED_WITH]->(e:Emotion)-[:SCHEME]->(scheme:EmotionScheme)
WITH s.iri AS subject, a.source AS source, scheme.iri AS scheme, sum(a.weight) AS total
WHERE abs(total - 1.0) > 0.0001
RETURN subject, source, scheme, total
ORDER BY subject, source, scheme
