import { useState } from 'react';

/** The `millrace` line that does the same. */
export const CliLine = ({ line }: { readonly line: string }) => {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <div className="cli">
      <code tabIndex={0}>{line}</code>
      <button type="button" className="small quiet" onClick={() => void copy()}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
};
