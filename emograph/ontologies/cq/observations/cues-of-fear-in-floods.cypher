// Which cues go with fear in photographs of floods, and how much do they move it together?
// What frightens in a flood is asked of what was seen, not of what was said.
MATCH (seen:Annotation)-[:HAS_BODY]->(:Concept {notation: 'wordnet:11454591-n'})
MATCH (seen)-[:WAS_DERIVED_FROM]->(:Observation)-[:HAS_FEATURE_OF_INTEREST]->(image)
WITH DISTINCT image
MATCH (image)<-[:HAS_FEATURE_OF_INTEREST]-(o:Observation)<-[:CUE]-(c:Contribution)
MATCH (c)-[:CONTRIBUTES_TO]->(fear)
WHERE fear.iri = 'https://w3id.org/emograph/emotion/mikels/fear'
RETURN o.hasSimpleResult AS cue, sum(c.logOdds) AS log_odds, count(DISTINCT image) AS images
ORDER BY log_odds DESC, cue
