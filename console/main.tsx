import '@fontsource-variable/inter/wght.css';
import './theme.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTheme } from './data/preferences.ts';
import { createQueries, fleetQuery } from './data/queries.ts';
import { Notices } from './parts/notices.tsx';

const root = document.getElementById('console');
if (root === null) throw new Error('The page has no element with the id "console".');
startTheme();
const queries = createQueries();
// The first screen's answer is on its way before it is known whose session this is. Without one it is refused, and asked for again.
if (location.pathname === '/') void queries.prefetchQuery(fleetQuery);
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Notices>
        <App />
      </Notices>
    </QueryClientProvider>
  </StrictMode>,
);
