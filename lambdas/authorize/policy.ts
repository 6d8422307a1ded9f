import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { Principal } from '#core/contracts/token.ts';

/**
 * `arn:aws:execute-api:R:A:API/STAGE/METHOD/PATH` of one request gives `.../API/STAGE/*`: API Gateway caches the answer
 * for the token, whichever route it asks for next. Roles are checked by the operations.
 */
const wholeStage = (methodArn: string): string => `${methodArn.split('/').slice(0, 2).join('/')}/*`;

/** Context values must be strings, numbers or booleans, and arrive as strings. */
export const allow = (principal: Principal, methodArn: string): APIGatewayAuthorizerResult => ({
  principalId: principal.tokenId === undefined ? principal.role : `token-${principal.tokenId}`,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: wholeStage(methodArn) }],
  },
  context: { ...principal },
});
