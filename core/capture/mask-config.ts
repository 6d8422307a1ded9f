/** Settings whose values are secrets or references to them. */
const secretSetting = /password|passphrase|secret|credential|token|jaas|private\.?key|ssl\.key/i;

export const maskedValue = '***';

/** The configuration of a connector without what may be a secret, also where someone has put a secret by hand. */
export const maskConfig = (config: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      secretSetting.test(name) || /^\$\{.*\}$/.test(value) ? maskedValue : value,
    ]),
  );
