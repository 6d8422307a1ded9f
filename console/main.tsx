import '@fontsource-variable/inter/wght.css';
import './theme.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTheme } from './data/preferences.ts';
import { createQueries } from './data/queries.ts';
import { Notices } from './parts/notices.tsx';

const root = document.getElementById('console');
if (root === null) throw new Error('The page has no element with the id "console".');
startTheme();
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueries()}>
      <Notices>
        <App />
      </Notices>
    </QueryClientProvider>
  </StrictMode>,
);
