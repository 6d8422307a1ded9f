import type { SchemaChange } from '../../api/client.ts';

type Shape = NonNullable<SchemaChange['before']>;

const linesOf = ({ columns, primary_key: key }: Shape): readonly string[] => [
  ...columns.map(
    ({ name, type, not_null: notNull, generated }) =>
      `${name} ${type}${notNull ? ' NOT NULL' : ''}${generated ? ' GENERATED' : ''}`,
  ),
  `PRIMARY KEY (${key.join(', ')})`,
];

/** The columns of the source table that are not the same before and after. */
export const ShapeDifference = ({ before, after }: Pick<SchemaChange, 'before' | 'after'>) => {
  if (before === null || after === null)
    return <p className="soft">What the table was like before or after the change is not known.</p>;
  const [old, now] = [linesOf(before), linesOf(after)];
  const gone = old.filter((line) => !now.includes(line));
  const added = now.filter((line) => !old.includes(line));
  return (
    <table className="difference" aria-label="What has changed at the source">
      <tbody>
        {[...gone.map((line) => ['Before', line]), ...added.map((line) => ['After', line])].map(
          ([when, line]) => (
            <tr key={`${when} ${line}`} data-when={when}>
              <th scope="row">{when}</th>
              <td>
                <code>{line}</code>
              </td>
            </tr>
          ),
        )}
        {gone.length + added.length === 0 && (
          <tr>
            <td className="soft">
              The columns are the same: it is another table, or its rows were written again.
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
};
