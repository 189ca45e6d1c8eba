// Which appraisals lead to a pleasant and to an unpleasant emotion, each with a share of 0.1 or more?
// They are why awe can frighten and nostalgia please.
MATCH (one:Emotion)<-[p:ASSOCIATED_WITH]-(a:Appraisal)-[q:ASSOCIATED_WITH]->(two:Emotion)
WHERE p.weight >= 0.1 AND q.weight >= 0.1 AND one.valence > 0 AND two.valence < 0
MATCH (one)-[:SCHEME]->(s:EmotionScheme {notation: 'mikels'})<-[:SCHEME]-(two)
RETURN DISTINCT a.prefLabel AS appraisal
ORDER BY appraisal
