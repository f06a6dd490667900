// Asks an endpoint by Comunica: node ask.mjs ADDRESS, with a list of queries as JSON on stdin.
// The answers go to stdout, in the same order.
import { text } from "node:stream/consumers";
import { QueryEngine } from "@comunica/query-sparql";

const engine = new QueryEngine();
// Nothing says what the address is: Comunica has to find that out from the service description.
const sources = [process.argv[2]];

const shown = (term) => ({
  type: term.termType,
  value: term.value,
  ...(term.language && { language: term.language }),
  ...(term.datatype && { datatype: term.datatype.value }),
});

async function ask(query) {
  const answer = await engine.query(query, { sources });
  switch (answer.resultType) {
    case "boolean":
      return answer.execute();
    case "bindings": {
      const rows = await (await answer.execute()).toArray();
      return rows.map((row) =>
        Object.fromEntries([...row].map(([name, term]) => [name.value, shown(term)])),
      );
    }
    default: {
      const quads = await (await answer.execute()).toArray();
      return quads.map((quad) => [quad.subject, quad.predicate, quad.object].map(shown));
    }
  }
}

const answers = [];
for (const query of JSON.parse(await text(process.stdin))) answers.push(await ask(query));
console.log(JSON.stringify(answers));
