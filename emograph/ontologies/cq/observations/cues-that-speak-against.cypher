// Which cues speak against an emotion, and against which?
// An explanation that gives only what speaks for its result hides half of it.
MATCH (emotion)<-[:CONTRIBUTES_TO]-(c:Contribution)-[:CUE]->(o:Observation)
WHERE c.logOdds < 0
MATCH (o)-[:HAS_FEATURE_OF_INTEREST]->(image)
RETURN image.identifier AS image, o.hasSimpleResult AS cue, emotion.prefLabel AS emotion,
  c.logOdds AS log_odds
ORDER BY log_odds
