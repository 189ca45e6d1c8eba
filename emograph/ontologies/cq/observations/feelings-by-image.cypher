// Which emotion does each image evoke most, and how surely?
// The table that a study begins with.
MATCH (image)<-[:WAS_DERIVED_FROM]-(:Explanation)-[:HAS_EMOTION_SET]->(feelings)-[:HAS_EMOTION]->(part)
WITH image, feelings, max(part.hasEmotionIntensity) AS probability
MATCH (feelings)-[:HAS_EMOTION]->(part)-[:HAS_EMOTION_CATEGORY]->(emotion)
WHERE part.hasEmotionIntensity = probability
RETURN image.identifier AS image, emotion.prefLabel AS emotion, probability
ORDER BY image
