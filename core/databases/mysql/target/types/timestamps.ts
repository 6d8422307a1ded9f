import { isZeroDate } from '../../../../canonical/zero-date.ts';
import { refuseDate } from './dates.ts';
import { type Encoded, type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

const timestamp = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/;

/**
 * 1970-01-01 00:00:01 to 2038-01-19 03:14:07 (MySQL manual, 13.2.2); texts of one length are ordered as the times are.
 * MariaDB's begins a microsecond after the epoch (measured on 11.4), and from 11.5 on it goes to 2106 on most machines
 * (MariaDB manual, TIMESTAMP): there, what comes from a TIMESTAMP is left to the server, which refuses what it lacks.
 */
const firstInstant = '1970-01-01 00:00:01';
const lastInstant = '2038-01-19 03:14:07';

/** As PostgreSQL writes it when the time zone is UTC. */
const utc = '+00';

/**
 * DATETIME holds either kind of timestamp; one with a time zone is a time in UTC there. TIMESTAMP is read and written in
 * UTC by our sessions. MySQL rounds surplus digits of a fraction without an error, so they are counted here.
 */
export const timestampEncoder: EncoderChoice = (source, target) => {
  const type = scalarType(source);
  const isInstant = target.baseType === 'timestamp';
  if (!isInstant && target.baseType !== 'datetime') return undefined;
  if (type !== 'timestamp' && type !== 'timestamptz') return undefined;
  const precision = target.precision ?? 0;
  if ((source.precision ?? 6) > precision && !target.isPartial) return undefined;
  const isLimited = isInstant && !(target.isMariadb && source.native?.baseType === 'timestamp');
  const zone = type === 'timestamptz' ? utc : '';
  return {
    form: 'text',
    encode: (text): Encoded => {
      const local = zone !== '' && text.endsWith(zone) ? text.slice(0, -zone.length) : text;
      const [, seconds, fraction = ''] = timestamp.exec(local) ?? [];
      if (seconds === undefined || (zone !== '' && local === text) || isZeroDate(text))
        return refuseDate(text);
      if (isLimited && (seconds < firstInstant || seconds > lastInstant)) {
        return refuse('is not between 1970 and 2038, as TIMESTAMP has it');
      }
      return fraction.length > precision ? refuse('has a longer fraction than its column') : local;
    },
  };
};
