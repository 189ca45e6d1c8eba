// Which emotions are milder and stronger forms of fear?
// A scheme of degrees lets a result say "apprehension" where "fear" is too much.
MATCH (e:Emotion)-[:BASIC_EMOTION]->(basic:Emotion {prefLabel: 'fear'})
  -[:SCHEME]->(:EmotionScheme {notation: 'plutchik'})
RETURN e.prefLabel AS emotion, e.intensity AS intensity
ORDER BY intensity
