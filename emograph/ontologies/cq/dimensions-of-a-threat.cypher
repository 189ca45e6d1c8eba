// How is a threat judged on the five dimensions of appraisal?
// The dimensions let appraisals be compared with studies that measured them.
MATCH (a:Appraisal)
WHERE a.iri = 'https://w3id.org/emograph/appraisal/threat'
RETURN a.novelty AS novelty, a.pleasantness AS pleasantness, a.goalConduciveness AS goal,
  a.copingPotential AS coping, a.normCompatibility AS norms
