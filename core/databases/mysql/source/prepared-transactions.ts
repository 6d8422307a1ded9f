import { z } from 'zod';

const rowSchema = z.object({ formatID: z.string(), gtrid_length: z.coerce.number(), data: z.string() });

/**
 * A prepared transaction as XA COMMIT and XA ROLLBACK name it, from a row of a flavor's `preparedStatement`. Its rows are in
 * the log from when it was prepared, and are not seen until it commits.
 */
export const readPrepared = (row: Readonly<Record<string, string | null>>): string => {
  const { formatID, gtrid_length: globalBytes, data } = rowSchema.parse(row);
  // MySQL: the two parts of the name as one number in hexadecimal digits. MariaDB: ready for use.
  const digits = /^0x([0-9A-F]*)$/i.exec(data)?.[1];
  const name =
    digits === undefined
      ? data
      : `X'${digits.slice(0, 2 * globalBytes)}',X'${digits.slice(2 * globalBytes)}',${formatID}`;
  return `prepared XA transaction ${name}`;
};
