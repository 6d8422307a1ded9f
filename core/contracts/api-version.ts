/**
 * Every route of the control API begins with it. An incompatible change of the API gets a version of its own; what is in
 * this one stays.
 */
export const apiVersionPath = '/v1';
