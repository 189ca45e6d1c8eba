// How often did people feel what at pictures of a beach?
// Counts with their source are what every other number is made of.
MATCH (:Concept {notation: 'emoset:scene:beach'})-[a:ASSOCIATED_WITH]->(e:Emotion)
WHERE a.source = 'https://w3id.org/emograph/source/emoset'
RETURN e.prefLabel AS emotion, a.count AS times, a.total AS pictures
ORDER BY times DESC, emotion
