import { patternText } from '../data/new-tables.ts';

/** What is written in the two fields, one pattern on a line. */
export interface PatternTexts {
  readonly include: string;
  readonly exclude: string;
}

export const patternTextsOf = (
  patterns: { readonly include: readonly string[]; readonly exclude: readonly string[] } | null,
): PatternTexts => ({
  include: patternText(patterns?.include ?? []),
  exclude: patternText(patterns?.exclude ?? []),
});

/** Two fields for patterns of tables. */
export const PatternFields = ({
  value,
  onChange,
}: {
  readonly value: PatternTexts;
  readonly onChange: (value: PatternTexts) => void;
}) => (
  <>
    <label className="field">
      <span>Tables that join, one pattern on a line</span>
      <textarea
        rows={3}
        spellCheck={false}
        placeholder="public.*"
        value={value.include}
        onChange={(event) => onChange({ ...value, include: event.target.value })}
      />
      <span className="hint">
        <code>schema.table</code>: <code>*</code> stands for any characters, <code>?</code> for one.
      </span>
    </label>
    <label className="field">
      <span>Tables that stay out all the same</span>
      <textarea
        rows={2}
        spellCheck={false}
        placeholder="public.tmp_*"
        value={value.exclude}
        onChange={(event) => onChange({ ...value, exclude: event.target.value })}
      />
    </label>
  </>
);
