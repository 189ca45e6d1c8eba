// For which Mikels emotions are valence, arousal and dominance the authors' own placement?
// A study that reports valence must know which numbers rest on ratings.
MATCH (:EmotionScheme {notation: 'mikels'})<-[:SCHEME]-(e:Emotion)-[:SOURCE]->(s:Source)
WHERE s.iri = 'https://w3id.org/emograph/source/emograph'
RETURN e.prefLabel AS emotion
ORDER BY emotion
