// Which label was seen most often with each Mikels emotion?
// Where one label makes an emotion, the data are narrow, and a model learns the label.
MATCH (:Concept)-[a:ASSOCIATED_WITH]->(e:Emotion)
WHERE a.source = 'https://w3id.org/emograph/source/emoset'
WITH e, max(a.count) AS most
MATCH (c:Concept)-[a:ASSOCIATED_WITH]->(e)
WHERE a.source = 'https://w3id.org/emograph/source/emoset' AND a.count = most
RETURN e.prefLabel AS emotion, c.prefLabel AS label, most AS times
ORDER BY emotion, label
