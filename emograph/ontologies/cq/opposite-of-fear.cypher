// What is the opposite of fear on Plutchik's wheel, and of that again?
// Opposites are never blended, so a reader of a result looks for them first.
MATCH (:EmotionScheme {notation: 'plutchik'})<-[:SCHEME]-(:Emotion {prefLabel: 'fear'})
  -[:OPPOSITE]->(other:Emotion)-[:OPPOSITE]->(same:Emotion)
RETURN other.prefLabel AS opposite, same.prefLabel AS back
