// Which emotions of Ortony, Clore and Collins are reactions to objects?
// They are what a picture evokes by how it looks, whatever happens in it.
MATCH (e:Emotion)-[:ABOUT]->(:Focus {prefLabel: 'objects'})
MATCH (e)-[:SCHEME]->(:EmotionScheme {notation: 'occ'})
RETURN e.prefLabel AS emotion
ORDER BY emotion
