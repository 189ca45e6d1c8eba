// Which concepts are most surely judged a threat to safety?
// Everything below them inherits the judgement, so these few carry much.
MATCH (c:Concept)-[r:APPRAISED_AS]->(a:Appraisal)
WHERE a.iri = 'https://w3id.org/emograph/appraisal/threat' AND r.weight >= 0.75
RETURN c.prefLabel AS label, r.weight AS probability
ORDER BY probability DESC, label
