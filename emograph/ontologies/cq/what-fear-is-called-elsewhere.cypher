// By which IRIs of other ontologies is Mikels' fear known exactly?
// Data that speak of fear in other words can be joined by these.
MATCH (e:Emotion)-[:EXACT_MATCH]->(term)
WHERE e.iri = 'https://w3id.org/emograph/emotion/mikels/fear'
RETURN term.iri AS iri
ORDER BY iri
