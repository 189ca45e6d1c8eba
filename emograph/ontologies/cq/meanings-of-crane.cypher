// Which things are called "crane", and what is each a kind of?
// A word with two meanings must be two concepts, or a bird inherits from a machine.
MATCH (c:Concept {prefLabel: 'crane'})-[:BROADER]->(b:Concept)
RETURN c.notation AS notation, b.prefLabel AS broader
ORDER BY notation
