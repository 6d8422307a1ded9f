import type { ColumnDescription } from '../contracts/table-description.ts';

/** Whether every server has the type: `format_type` puts the schema before the name of any other (core/databases/postgresql/session.ts). */
export const isBuiltIn = ({ typeKind, type }: ColumnDescription): boolean => {
  switch (typeKind) {
    case 'base':
      return true;
    case 'range':
    case 'multirange':
      return !type.includes('.');
    case 'enum':
    case 'composite':
    case 'extension':
    case 'nested-array':
      return false;
  }
};

export const isMoney = ({ typeKind, baseType }: ColumnDescription): boolean =>
  typeKind === 'base' && baseType === 'money';

/** What money is in bytes: a count of the currency's smallest unit, 64 bits with a sign. Its decimal digits at most: */
export const moneyDigits = 19;
