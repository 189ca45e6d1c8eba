// Which cues were seen that no concept stands for, and how surely?
// These are the concepts that a pack should add first.
MATCH (o:Observation)-[:OBSERVED_PROPERTY]->(kind:CueKind)
OPTIONAL MATCH (o)<-[:WAS_DERIVED_FROM]-(:Annotation)-[body:HAS_BODY]->()
WITH o, kind, count(body) AS bodies
WHERE bodies = 0
RETURN o.hasSimpleResult AS cue, kind.notation AS kind, o.confidence AS confidence
ORDER BY confidence DESC, cue
