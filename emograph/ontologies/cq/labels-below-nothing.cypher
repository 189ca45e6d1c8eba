// Which labels of the vocabularies are below nothing?
// They inherit nothing, so what is known about them must be said of them.
MATCH (c:Concept)-[:VOCABULARY]->(v:Vocabulary)
WHERE v.notation IN ['emoset', 'imagenet', 'people', 'sun']
OPTIONAL MATCH (c)-[:BROADER]->(above:Concept)
WITH c, count(above) AS parents
WHERE parents = 0
RETURN c.notation AS notation
ORDER BY notation
