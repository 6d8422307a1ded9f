/** Asks for the next page of a list, where there is one. */
export const MoreButton = ({
  query,
  label,
}: {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
  readonly label: string;
}) =>
  query.hasNextPage ? (
    <div className="more">
      <button type="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? 'Loading…' : label}
      </button>
    </div>
  ) : null;
