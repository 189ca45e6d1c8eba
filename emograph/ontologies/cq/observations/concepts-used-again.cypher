// Which concepts did the reasoning use for more than one image?
// What many results rest on is what should be checked first.
MATCH (activity:EmotionAnalysis)-[:USED]->(c:Concept)
WITH c, count(DISTINCT activity) AS times
WHERE times > 1
RETURN c.notation AS notation, times
ORDER BY notation
