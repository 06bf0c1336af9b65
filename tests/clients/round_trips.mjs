// Reads a table as Arrow and sends it to its twin: `whole`, as it was read, or `values`, each value taken out and
// put into a new column of its type.
import { Table, tableFromIPC, tableToIPC, vectorFromArray } from "apache-arrow";

const [name, how] = process.argv.slice(2);
const url = `${process.env.EIDER_URL}/tables`;
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
console.log(JSON.stringify({ status: answer.status, error_code, detail }));
