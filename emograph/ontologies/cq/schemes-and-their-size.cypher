// Which emotion schemes are there, and how many emotions has each?
// A result can only be compared with another in the same scheme.
MATCH (emotion:Emotion)-[:SCHEME]->(node:EmotionScheme)
WHERE node.notation IN ['mikels', 'ekman', 'plutchik', 'occ', 'goemotions']
RETURN node.notation AS scheme, count(emotion) AS emotions
ORDER BY scheme
