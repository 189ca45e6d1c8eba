// As which Ekman emotions does Mikels' awe count, and how much?
// Ekman has no awe, so a result in Mikels must be spread before it can be compared.
MATCH (:EmotionScheme {notation: 'mikels'})<-[:SCHEME]-(:Emotion {prefLabel: 'awe'})
  -[m:MAPS_TO]->(to:Emotion)-[:SCHEME]->(:EmotionScheme {notation: 'ekman'})
RETURN to.prefLabel AS emotion, m.weight AS weight
ORDER BY weight DESC, emotion
