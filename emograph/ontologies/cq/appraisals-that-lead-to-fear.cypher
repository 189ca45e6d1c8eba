// Which appraisals lead to fear, and how surely?
// Why fear arises: by what is judged, not by what is seen.
MATCH (a:Appraisal)-[r:ASSOCIATED_WITH]->(:Emotion {prefLabel: 'fear'})
  -[:SCHEME]->(:EmotionScheme {notation: 'mikels'})
WHERE r.weight >= 0.1
RETURN a.prefLabel AS appraisal, r.weight AS share
ORDER BY share DESC, appraisal
