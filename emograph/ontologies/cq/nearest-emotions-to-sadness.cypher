// Which Mikels emotions lie nearest to Ekman's sadness?
// Nearness on valence, arousal and dominance is what a mapping between schemes can be checked by.
MATCH (s:Emotion {prefLabel: 'sadness'})-[:SCHEME]->(:EmotionScheme {notation: 'ekman'})
MATCH (e:Emotion)-[:SCHEME]->(:EmotionScheme {notation: 'mikels'})
WITH e.prefLabel AS emotion, s.valence - e.valence AS v, s.arousal - e.arousal AS a,
  s.dominance - e.dominance AS d
RETURN emotion, v * v + a * a + d * d AS distance
ORDER BY distance
LIMIT 3
