// Which Ekman emotions are unpleasant, activating and felt as a loss of control?
// These three dimensions are how fear differs from anger.
MATCH (e:Emotion)-[:SCHEME]->(:EmotionScheme {notation: 'ekman'})
WHERE e.valence < 0 AND e.arousal > 0 AND e.dominance < 0
RETURN e.prefLabel AS emotion, e.dominance AS dominance
ORDER BY dominance
