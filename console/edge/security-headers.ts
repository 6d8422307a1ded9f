import headers from './security-headers.json' with { type: 'json' };

/** The headers of every answer. The page may also ask these origins, such as those of the issuer that people sign in with. */
export const securityHeaders = (origins: readonly string[] = []): Readonly<Record<string, string>> => ({
  ...headers,
  'content-security-policy': headers['content-security-policy'].replace(
    "connect-src 'self'",
    ["connect-src 'self'", ...origins].join(' '),
  ),
});
