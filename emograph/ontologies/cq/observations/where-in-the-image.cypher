// Where in the image was each thing seen that has a place?
// A region lets a person check a cue with their own eyes.
MATCH (image)<-[:HAS_SOURCE]-(target:SpecificResource)-[:HAS_SELECTOR]->(selector)
MATCH (target)<-[:HAS_TARGET]-(:Annotation)-[:WAS_DERIVED_FROM]->(o:Observation)
RETURN image.identifier AS image, o.hasSimpleResult AS cue, selector.value AS region
ORDER BY image, cue
