/** A small line of figures; gaps are left out. The same scale from 0 to the largest. */
export const Sparkline = ({
  values,
  label,
}: {
  readonly values: readonly (number | null)[];
  readonly label: string;
}) => {
  const known = values.flatMap((value, index) => (value === null ? [] : [{ index, value }]));
  if (known.length < 2) return <svg className="spark" role="img" aria-label={`${label}: not known yet`} />;
  const largest = Math.max(1, ...known.map(({ value }) => value));
  const points = known.map(
    ({ index, value }) =>
      `${((index / (values.length - 1)) * 96).toFixed(1)},${(22 - (value / largest) * 20).toFixed(1)}`,
  );
  const first = points[0]?.split(',')[0];
  const last = points.at(-1)?.split(',')[0];
  return (
    <svg className="spark" viewBox="0 0 96 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <polygon points={`${first},24 ${points.join(' ')} ${last},24`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
};
