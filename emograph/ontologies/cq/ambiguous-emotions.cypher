// Which emotions of GoEmotions are neither pleasant nor unpleasant by its own grouping?
// They tell nothing about valence, so a study of valence leaves them out.
MATCH (e:Emotion {polarity: 'ambiguous'})-[:SCHEME]->(:EmotionScheme {notation: 'goemotions'})
RETURN e.prefLabel AS emotion
ORDER BY emotion
