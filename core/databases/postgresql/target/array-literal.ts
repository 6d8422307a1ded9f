/** What array_in takes for syntax inside of quotes (PostgreSQL manual, 8.15.6). */
const special = /["\\]/;
const everySpecial = /["\\]/g;

/**
 * A one-dimensional array in PostgreSQL's text form, `{"a","b",NULL}`, of which every element is read by its type's own
 * input function. Built by hand because the driver's general way takes several times as long per value; joined and not
 * concatenated because V8 would first make a tree of all the parts.
 */
export const arrayLiteral = (values: readonly (string | null)[]): string => {
  const elements = new Array<string>(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === null || value === undefined) elements[index] = 'NULL';
    else elements[index] = `"${special.test(value) ? value.replaceAll(everySpecial, '\\$&') : value}"`;
  }
  return `{${elements.join(',')}}`;
};
