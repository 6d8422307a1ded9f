/** What an import of a style sheet is in a test. */
export {};
