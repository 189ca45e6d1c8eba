// With which emotion does joy blend at the first degree, and into what?
// Dyads name mixed feelings that a distribution only hints at.
MATCH (joy:Emotion {prefLabel: 'joy'})<-[:COMPONENT]-(d:Dyad)-[:COMPONENT]->(other:Emotion)
WHERE d.degree = 1 AND other.prefLabel <> 'joy'
RETURN d.prefLabel AS dyad, other.prefLabel AS blended
ORDER BY dyad
