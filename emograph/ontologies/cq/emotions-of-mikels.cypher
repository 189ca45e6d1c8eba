// Which emotions has Mikels' scheme, in order, and where do they lie?
// A distribution is a list of numbers in this order; valence and arousal of an image are their mean.
MATCH (e:Emotion)-[:SCHEME]->(:EmotionScheme {notation: 'mikels'})
WITH e.order AS place, e.prefLabel AS emotion, e.valence AS valence, e.arousal AS arousal,
  e.dominance AS dominance
ORDER BY place
RETURN emotion, valence, arousal, dominance
