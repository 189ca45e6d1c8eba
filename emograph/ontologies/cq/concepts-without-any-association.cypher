// Which facial expressions and people of the vocabularies does no association say anything about?
// An explanation names them as unknown, and an author of a pack starts here.
MATCH (c:Concept)-[:VOCABULARY]->(v:Vocabulary)
WHERE v.notation IN ['people', 'fer']
OPTIONAL MATCH (c)-[known:ASSOCIATED_WITH|APPRAISED_AS]->()
WITH c, count(known) AS associations
WHERE associations = 0
RETURN c.prefLabel AS label
ORDER BY label
