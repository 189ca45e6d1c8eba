// Who says that an amusement park amuses, how surely, and from how much?
// One number in a result must be traceable to each that stands behind it.
MATCH (c:Concept {notation: 'emoset:scene:amusement_park'})-[a:ASSOCIATED_WITH]->(e:Emotion)
WHERE e.iri = 'https://w3id.org/emograph/emotion/mikels/amusement'
MATCH (s:Source)
WHERE s.iri = a.source
RETURN s.prefLabel AS source, a.weight AS probability, coalesce(a.total, a.strength) AS observations
ORDER BY source
