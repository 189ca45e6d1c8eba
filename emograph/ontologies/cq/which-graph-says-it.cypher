// Which named graphs say something about a beach, and how much?
// Knowledge is edited, replaced and removed one named graph at a time.
MATCH (:Concept {notation: 'emoset:scene:beach'})-[a:ASSOCIATED_WITH]->(:Emotion)
RETURN split(a.graph, '/graph/')[1] AS file, count(a) AS statements
ORDER BY file
