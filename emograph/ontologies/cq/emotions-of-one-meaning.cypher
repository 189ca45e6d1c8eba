// Which emotions of other schemes mean exactly the same synset of WordNet as Mikels' disgust?
// The same word in two schemes need not mean the same; the same synset does.
MATCH (same:Emotion)-[:EXACT_MATCH]->(meaning)<-[:EXACT_MATCH]-(e:Emotion)
WHERE same.iri = 'https://w3id.org/emograph/emotion/mikels/disgust'
  AND meaning.iri STARTS WITH 'http://wordnet-rdf.princeton.edu/'
MATCH (e)-[:SCHEME]->(s:EmotionScheme)
RETURN s.notation AS scheme, e.prefLabel AS emotion
ORDER BY scheme, emotion
