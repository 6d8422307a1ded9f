/** What array_in takes for syntax inside of quotes (PostgreSQL manual, 8.15.6). */
const special = /["\\]/;
const everySpecial = /["\\]/g;

/**
 * A one-dimensional array in PostgreSQL's text form, `{"a","b",NULL}`, of which every element is read by its type's own
 * input function. Built by hand because the driver's general way takes several times as long per value.
 */
export const arrayLiteral = (values: readonly (string | null)[]): string => {
  let literal = '{';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) literal += ',';
    const value = values[index];
    if (value === null || value === undefined) literal += 'NULL';
    else if (special.test(value)) literal += `"${value.replaceAll(everySpecial, '\\$&')}"`;
    else literal += `"${value}"`;
  }
  return `${literal}}`;
};
