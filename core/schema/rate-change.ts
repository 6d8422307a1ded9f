import type { ChangeRisk, SchemaChangeWay } from '../contracts/schema-change.ts';
import type { TargetStep } from '../ports/table-changer.ts';

/** What a person should know before approving. */
export const rateChange = (way: SchemaChangeWay, steps: readonly TargetStep[] = []): ChangeRisk => {
  if (way === 'resync') {
    return {
      level: 'high',
      message:
        'All rows of the target table are removed and copied again; until the copy has ended, readers find some of them only.',
    };
  }
  if (way === 'truncate')
    return { level: 'high', message: 'All rows of the target table are removed, as at the source.' };
  const kinds = new Set(steps.map(({ kind }) => kind));
  if (kinds.has('drop'))
    return { level: 'high', message: 'A column of the target and its values are removed.' };
  if (kinds.has('rename')) {
    return {
      level: 'medium',
      message: 'Views and queries of the target that use the old name of the column have to follow.',
    };
  }
  if (kinds.has('type')) {
    return {
      level: 'medium',
      message: 'No value changes. The server may write all rows again; a rehearsal says whether it does.',
    };
  }
  if (steps.some((step) => step.kind === 'add' && step.fill.kind === 'constant')) {
    return {
      level: 'low',
      message:
        'The rows that are there get a constant. Old servers write all rows again for it; a rehearsal says whether this one does.',
    };
  }
  return { level: 'low', message: 'No value of the rows that are there changes.' };
};
