import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';

interface Notice {
  readonly id: number;
  readonly text: string;
}

const NoticeContext = createContext<(text: string) => void>(() => undefined);

/** Says what was done, for a few seconds, without taking the focus. */
export const useNotice = (): ((text: string) => void) => useContext(NoticeContext);

const shownMs = 6_000;
let lastId = 0;

export const Notices = ({ children }: { readonly children: ReactNode }) => {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const remove = useCallback((id: number) => setNotices((all) => all.filter((it) => it.id !== id)), []);
  const say = useCallback(
    (text: string) => {
      lastId += 1;
      const id = lastId;
      setNotices((all) => [...all.slice(-3), { id, text }]);
      setTimeout(() => remove(id), shownMs);
    },
    [remove],
  );
  const shown = useMemo(
    () =>
      notices.map(({ id, text }) => (
        <div className="notice" key={id}>
          <span className="grow">{text}</span>
          <button type="button" className="quiet small" onClick={() => remove(id)}>
            Close
          </button>
        </div>
      )),
    [notices, remove],
  );
  return (
    <NoticeContext value={say}>
      {children}
      <div className="notices" role="status">
        {shown}
      </div>
    </NoticeContext>
  );
};
