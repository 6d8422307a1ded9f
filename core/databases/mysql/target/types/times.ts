import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

/**
 * MySQL's TIME goes to ±838:59:59 (MySQL manual, 13.2.3), so it has 24:00:00, and intervals of hours. MariaDB's goes to
 * 838:59:59.999999 (measured on 11.4).
 */
const time = /^-?(\d{2,3}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const maxSeconds = 838 * 3_600 + 59 * 60 + 59;

export const timeEncoder: EncoderChoice = (source, target) => {
  const type = scalarType(source);
  if (target.baseType !== 'time' || (type !== 'time' && type !== 'interval')) return undefined;
  const precision = target.precision ?? 0;
  if (type === 'time' && (source.precision ?? 6) > precision && !target.isPartial) return undefined;
  return {
    form: 'text',
    encode: (text) => {
      const [, hours, minutes, seconds, fraction = ''] = time.exec(text) ?? [];
      if (hours === undefined) return refuse('is no time of hours, minutes and seconds');
      const total = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
      if (total > maxSeconds || (total === maxSeconds && fraction !== '' && !target.isMariadb)) {
        return refuse('is beyond 838:59:59');
      }
      return fraction.length > precision ? refuse('has a longer fraction than its column') : text;
    },
  };
};
