import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';

export interface Column<T> {
  readonly name: string;
  /** As in CSS `grid-template-columns`. */
  readonly width: string;
  readonly isEnd?: boolean;
  readonly cell: (item: T) => ReactNode;
  readonly head?: ReactNode;
}

const rowHeight = 46;

/**
 * A list of up to tens of thousands of rows, of which only those in sight are in the page. Arrow keys go from row to row; the
 * first link or button of a row has the focus, so Enter opens it.
 */
export const Rows = <T,>({
  label,
  items,
  columns,
  keyOf,
  maxHeight = 'calc(100vh - 290px)',
}: {
  readonly label: string;
  readonly items: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly keyOf: (item: T) => string | number;
  readonly maxHeight?: string;
}) => {
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
  });
  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  const focusRow = (index: number): void => {
    virtual.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroll.current
        ?.querySelector<HTMLElement>(
          `[data-row="${index}"] a, [data-row="${index}"] button, [data-row="${index}"] input`,
        )
        ?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || (event.target as HTMLElement).closest('select, textarea, input[type="text"]') !== null)
      return;
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
    const next = row === null ? 0 : Number(row.dataset.row) + step;
    if (next < 0 || next >= items.length) return;
    event.preventDefault();
    focusRow(next);
  };
  return (
    <div className="list">
      {/* biome-ignore lint/a11y/useSemanticElements: the rows of a table element cannot be virtual. */}
      <div
        className="scroll"
        ref={scroll}
        style={{ maxHeight }}
        role="table"
        aria-label={label}
        aria-rowcount={items.length + 1}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: see above. */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: the links in it are. */}
        <div className="line heads" role="row" aria-rowindex={1} style={template}>
          {columns.map((column) => (
            // biome-ignore lint/a11y/useSemanticElements: see above.
            // biome-ignore lint/a11y/useFocusableInteractive: it does nothing.
            <div role="columnheader" key={column.name} className={column.isEnd === true ? 'end' : ''}>
              {column.head ?? column.name}
            </div>
          ))}
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: see above. */}
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const item = items[index];
            return (
              item !== undefined && (
                // biome-ignore lint/a11y/useSemanticElements: see above.
                // biome-ignore lint/a11y/useFocusableInteractive: the links in it are.
                <div
                  key={key}
                  className="line"
                  role="row"
                  data-row={index}
                  aria-rowindex={index + 2}
                  style={{
                    ...template,
                    position: 'absolute',
                    top: 0,
                    left: 0,
                    right: 0,
                    height: rowHeight,
                    transform: `translateY(${start}px)`,
                  }}
                >
                  {columns.map((column) => (
                    // biome-ignore lint/a11y/useSemanticElements: see above.
                    <div
                      role="cell"
                      key={column.name}
                      className={`clip ${column.isEnd === true ? 'end' : ''}`}
                    >
                      {column.cell(item)}
                    </div>
                  ))}
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
};
