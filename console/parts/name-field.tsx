/** The name that a person gives to something. */
export const NameField = ({
  label = 'Name',
  value,
  onChange,
}: {
  readonly label?: string;
  readonly value: string;
  readonly onChange: (name: string) => void;
}) => (
  <label className="field">
    <span>{label}</span>
    <input
      type="text"
      required
      maxLength={100}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </label>
);
