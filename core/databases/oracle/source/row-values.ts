/** What a value is, see connect-container, JdbcRow.java. */
const kinds = { nothing: 0, text: 1, bytes: 2, float: 3 } as const;
/** A kind, and the length of the value. */
const headBytes = 1 + 4;

/**
 * The values of a row that has come through Kafka, as the driver gives them for the same statement: texts, numbers of binary floats, bytes
 * as Buffer, or null. Throws `RangeError` for bytes that are no row of so many columns.
 */
export const readRowValues = (
  bytes: Buffer,
  start: number,
  end: number,
  columns: number,
): readonly unknown[] => {
  const values: unknown[] = [];
  let at = start;
  while (at < end) {
    const kind = bytes.readUInt8(at);
    const from = at + headBytes;
    const to = from + bytes.readUInt32BE(at + 1);
    if (to > end) throw new RangeError('A value of the row ends behind the row.');
    values.push(readValue(kind, bytes, from, to));
    at = to;
  }
  if (values.length !== columns)
    throw new RangeError(`The row has ${values.length} values, and ${columns} were asked for.`);
  return values;
};

const readValue = (kind: number, bytes: Buffer, from: number, to: number): unknown => {
  switch (kind) {
    case kinds.nothing:
      return null;
    case kinds.text:
      return bytes.toString('utf8', from, to);
    case kinds.bytes:
      // The stream's buffer is used again.
      return Buffer.from(bytes.subarray(from, to));
    case kinds.float:
      return bytes.readDoubleBE(from);
    default:
      throw new RangeError(`A value of the row has the kind ${kind}, which is not known.`);
  }
};
