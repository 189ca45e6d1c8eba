// How many cues did each detector give, and how sure was it on average?
// A detector that is never sure, or never speaks, is one to look at.
MATCH (o:Observation)-[:MADE_BY_SENSOR]->(s:Sensor)
RETURN s.label AS detector, count(o) AS cues, avg(o.confidence) AS mean
ORDER BY detector
