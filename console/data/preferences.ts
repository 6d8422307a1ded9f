import { useSyncExternalStore } from 'react';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const themeKey = 'millrace-theme';
const listeners = new Set<() => void>();
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

const readTheme = (): Theme => themes.find((name) => name === localStorage.getItem(themeKey)) ?? 'system';

const applyTheme = (): void => {
  document.documentElement.dataset.theme = effectiveTheme();
  for (const tell of listeners) tell();
};

const effectiveTheme = (): 'light' | 'dark' => {
  const theme = readTheme();
  if (theme !== 'system') return theme;
  return systemIsDark.matches ? 'dark' : 'light';
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Before the first paint. */
export const startTheme = (): void => {
  applyTheme();
  systemIsDark.addEventListener('change', applyTheme);
};

export const chooseTheme = (theme: Theme): void => {
  localStorage.setItem(themeKey, theme);
  applyTheme();
};

export const useChosenTheme = (): Theme => useSyncExternalStore(subscribe, readTheme);
export const useEffectiveTheme = (): 'light' | 'dark' => useSyncExternalStore(subscribe, effectiveTheme);
