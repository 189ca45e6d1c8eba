// As what are both a snake and a weapon judged, by themselves or by what they are?
// Things that look nothing alike can evoke the same feeling by the same judgement.
MATCH (:Concept {notation: 'emoset:object:Snake'})-[:BROADER*0..20]->(:Concept)
  -[:APPRAISED_AS]->(a:Appraisal)
WITH collect(DISTINCT a.iri) AS whys
MATCH (:Concept {notation: 'emoset:object:Weapon'})-[:BROADER*0..20]->(:Concept)
  -[:APPRAISED_AS]->(b:Appraisal)
WHERE b.iri IN whys
RETURN DISTINCT b.prefLabel AS appraisal
ORDER BY appraisal
