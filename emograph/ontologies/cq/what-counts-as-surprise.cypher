// Which Mikels emotions count as Ekman's surprise, and who says so?
// A surprise that nobody reported directly comes from these.
MATCH (:EmotionScheme {notation: 'ekman'})<-[:SCHEME]-(:Emotion {prefLabel: 'surprise'})
  <-[m:MAPS_TO]-(from:Emotion)-[:SCHEME]->(:EmotionScheme {notation: 'mikels'})
RETURN from.prefLabel AS emotion, m.weight AS weight, m.source AS source
ORDER BY weight DESC, emotion
