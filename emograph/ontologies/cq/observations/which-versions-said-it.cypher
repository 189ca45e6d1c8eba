// Which versions of the program and the graph stand behind the explanations, and behind how many?
// After an update, what older versions said can be found and asked again.
MATCH (e:Explanation)-[:WAS_GENERATED_BY]->()-[:WAS_ASSOCIATED_WITH]->(agent:SoftwareAgent)
RETURN agent.name AS part, agent.softwareVersion AS version,
  count(DISTINCT e) AS explanations
ORDER BY part
