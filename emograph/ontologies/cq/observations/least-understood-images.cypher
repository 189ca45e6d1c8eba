// In which images does the graph know least of what was seen?
// A result with a large unknown share is to be taken with care.
MATCH (e:Explanation)-[:WAS_DERIVED_FROM]->(image)
WHERE e.unknownShare >= 0.2
RETURN image.identifier AS image, e.unknownShare AS unknown
ORDER BY unknown DESC
