// Reads tables as Arrow and sends each to its twin. A line asks for one: `NAME whole`, as it was read, or
// `NAME values`, each value taken out and put into a new column of its type. A line answers it, as JSON.
import { createInterface } from "node:readline";
import { Table, tableFromIPC, tableToIPC, vectorFromArray } from "apache-arrow";

const url = `${process.env.EIDER_URL}/tables`;

async function sentBack(name, how) {
  let table = await tableFromIPC(fetch(`${url}/${name}/data`));
  if (how === "values") {
    const columns = table.schema.fields.map((field, index) => {
      const values = [...table.getChildAt(index)];
      return [field.name, vectorFromArray(values, field.type)];
    });
    table = new Table(Object.fromEntries(columns));
  }
  const answer = await fetch(`${url}/${name}_twin?mode=overwrite`, {
    method: "PUT",
    headers: { "Content-Type": "application/vnd.apache.arrow.stream" },
    body: tableToIPC(table, "stream"),
  });
  const { error_code, detail } = await answer.json();
  return { status: answer.status, error_code, detail };
}

for await (const line of createInterface({ input: process.stdin })) {
  const said = await sentBack(...line.split(" ")).catch((error) => ({ fails: String(error) }));
  console.log(JSON.stringify(said));
}
