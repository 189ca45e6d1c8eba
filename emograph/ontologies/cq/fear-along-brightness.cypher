// How does fear change from the darkest to the brightest image?
// The slope that the literature reports must show in the steps.
MATCH (:EmotionScheme {notation: 'mikels'})<-[:SCHEME]-(:Emotion {prefLabel: 'fear'})
  <-[a:ASSOCIATED_WITH]-(c:Concept)-[:KIND]->(:CueKind {notation: 'brightness'})
WHERE a.source = 'https://w3id.org/emograph/source/light'
RETURN split(c.iri, '/brightness/')[1] AS step, a.weight AS share
ORDER BY step
