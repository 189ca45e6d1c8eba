// Which dogs of ImageNet have no association of their own, nor anything above them up to the dog?
// What the graph does not know must be seen, or its silence is taken for neutrality.
MATCH (below:Concept)-[:BROADER*1..8]->(:Concept {notation: 'wordnet:02084071-n'})
WITH collect(DISTINCT below.iri) AS dogs
MATCH (breed:Concept)-[:VOCABULARY]->(:Vocabulary {notation: 'imagenet'})
WHERE breed.iri IN dogs
OPTIONAL MATCH (breed)-[:BROADER*0..8]->(above:Concept)-[known:ASSOCIATED_WITH|APPRAISED_AS]->()
WHERE above.iri IN dogs
WITH breed, count(known) AS associations
WHERE associations = 0
RETURN count(breed) AS silent
