// By which appraisals does a flood lead to fear, and how strong is each way?
// This is the explanation that a person is given, one path a row.
MATCH (:Concept {notation: 'wordnet:11454591-n'})-[:BROADER*0..8]->(node:Concept)
WITH DISTINCT node
MATCH (node)-[p:APPRAISED_AS]->(why:Appraisal)-[q:ASSOCIATED_WITH]->(fear:Emotion)
WHERE fear.iri = 'https://w3id.org/emograph/emotion/mikels/fear'
RETURN node.notation AS judged, why.prefLabel AS appraisal, p.weight * q.weight AS strength
ORDER BY strength DESC
