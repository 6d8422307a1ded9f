import type { ReactNode } from 'react';
import type { Column } from './rows.tsx';

/** A list of some dozens of entries, with cells as high as they have to be. For thousands: rows.tsx. */
export const PlainTable = <T,>({
  label,
  items,
  columns,
  keyOf,
}: {
  readonly label: string;
  readonly items: readonly T[];
  readonly columns: readonly Omit<Column<T>, 'width'>[];
  readonly keyOf: (item: T) => string | number;
}): ReactNode => (
  <section className="wide" aria-label={label} tabIndex={0}>
    <table className="plain-table">
      <thead>
        <tr>
          {columns.map(({ name, isEnd, head }) => (
            <th key={name} className={isEnd === true ? 'end' : ''}>
              {head ?? name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={keyOf(item)}>
            {columns.map(({ name, isEnd, cell }) => (
              <td key={name} className={isEnd === true ? 'end' : ''}>
                {cell(item)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
