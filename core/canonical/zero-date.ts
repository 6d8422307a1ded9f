const zeroDate = /^(?:0000|\d{4}-00|\d{4}-\d\d-00)/;

/**
 * Whether the text of a date or of a date and time is one that only MySQL and MariaDB have: its year, its month or its day
 * is zero (MySQL manual, 13.2.2). PostgreSQL has no year 0, so none of its texts looks like it.
 */
export const isZeroDate = (text: string): boolean => zeroDate.test(text);
