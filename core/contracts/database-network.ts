/** Where databases may be, as the environment's config says. Networks are in CIDR notation. */
export interface DatabaseNetwork {
  readonly allowed: readonly string[];
  /** The platform's own networks, where no database is unless a narrower entry of `allowed` says so. */
  readonly reserved: readonly string[];
  readonly ports: readonly number[] | 'any';
}
