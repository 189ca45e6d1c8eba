// Which concepts are also called "automobile"?
// People search with words that are no label of any vocabulary.
MATCH (c:Concept)
WHERE 'automobile' IN c.altLabel
RETURN c.notation AS notation, c.prefLabel AS label
ORDER BY notation
