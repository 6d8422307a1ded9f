/** An answer of the API as it is, for those who want every field. */
export const RawJson = ({ title, value }: { readonly title: string; readonly value: unknown }) => (
  <section className="panel">
    <header>
      <h2>{title}</h2>
    </header>
    <pre className="body" style={{ margin: 0, maxHeight: 420, overflow: 'auto' }} tabIndex={0}>
      {JSON.stringify(value, undefined, 2)}
    </pre>
  </section>
);
