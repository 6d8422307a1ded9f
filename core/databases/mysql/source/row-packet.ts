import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import type { RowSink } from '../../../ports/databases.ts';
import { selectDecoderFor } from '../types/column-codec.ts';
import { mysqlTypeOf } from '../types/column-types.ts';
import { transcodeMargin } from '../types/transcode.ts';

/**
 * Adds the row in `packet`, from `start` to `end`, to `rows`, in canonical text. Throws as `selectDecoderFor` and the sink do,
 * and `CopyFailed` for bytes that are no row of these columns.
 */
export type RowPacketReader = (packet: Buffer, start: number, end: number, rows: RowSink) => void;

/** First bytes of a length-encoded string (MySQL source documentation, "Protocol::LengthEncodedInteger"). */
const nullMark = 0xfb;
const twoBytes = 0xfc;
const threeBytes = 0xfd;
const eightBytes = 0xfe;

/** Reads rows of the text protocol: a length-encoded string for each column, in the order of the columns. */
export const createRowPacketReader = (columns: readonly ColumnDescription[]): RowPacketReader => {
  const readers = columns.map((column) => {
    const codec = mysqlTypeOf(column.native?.baseType ?? '');
    return {
      transcode: codec?.transcode,
      decode: selectDecoderFor(column),
      encoding: codec?.isBinary === true ? ('latin1' as const) : ('utf8' as const),
    };
  });
  return (packet, start, end, rows) => {
    let at = start;
    for (const { transcode, decode, encoding } of readers) {
      if (at >= end) throw malformed();
      let length = packet[at] ?? 0;
      at += 1;
      if (length === nullMark) {
        rows.addNull();
        continue;
      }
      if (length > nullMark) {
        const bytes = length === twoBytes ? 2 : length === threeBytes ? 3 : 8;
        if (length > eightBytes || at + bytes > end) throw malformed();
        length = bytes === 8 ? Number(packet.readBigUInt64LE(at)) : packet.readUIntLE(at, bytes);
        at += bytes;
      }
      const valueEnd = at + length;
      if (valueEnd > end) throw malformed();
      let written = -1;
      if (transcode !== undefined) {
        rows.reserve(length + transcodeMargin);
        written = transcode(packet, at, valueEnd, rows.bytes, rows.at);
      }
      if (written >= 0) rows.addWritten(written);
      else rows.addText(decode(packet.toString(encoding, at, valueEnd)));
      at = valueEnd;
    }
    if (at !== end) throw malformed();
  };
};

const malformed = (): MillraceError =>
  new MillraceError(
    'CopyFailed',
    'The source sent a row that does not have the columns that were asked for.',
  );
