// How many observations stand behind what the graph says of a boxing ring, and whose are they?
// A number is worth what is counted behind it.
MATCH (:Concept {notation: 'emoset:scene:boxing_ring'})-[a:ASSOCIATED_WITH]->(:Emotion)
RETURN a.source AS source, max(coalesce(a.total, a.strength)) AS observations
ORDER BY source
