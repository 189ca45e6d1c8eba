// Which images evoke awe before all else without a mountain in them?
// A curator looks for a feeling and wants other ways to it.
MATCH (image)<-[:WAS_DERIVED_FROM]-(:Explanation)-[:HAS_EMOTION_SET]->(feelings)-[:HAS_EMOTION]->(part)
MATCH (part)-[:HAS_EMOTION_CATEGORY]->(awe)
WHERE awe.iri = 'https://w3id.org/emograph/emotion/mikels/awe' AND part.hasEmotionIntensity >= 0.5
OPTIONAL MATCH (image)<-[:HAS_FEATURE_OF_INTEREST]-(:Observation)<-[:WAS_DERIVED_FROM]-
  (:Annotation)-[m:HAS_BODY]->(:Concept {notation: 'emoset:scene:mountain'})
WITH image, part, count(m) AS mountains
WHERE mountains = 0
RETURN image.identifier AS image, part.hasEmotionIntensity AS awe
ORDER BY awe DESC
