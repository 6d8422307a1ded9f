import { MillraceError } from '#core/errors/millrace-error.ts';

/**
 * A token for Amazon MSK, signed with the role of this Lambda or task. A connection shows it once; it is good for 15 minutes, and
 * signing one takes no call. Lambda and Fargate set AWS_REGION.
 */
export const iamToken = async (region: string | undefined = process.env.AWS_REGION): Promise<string> => {
  if (region === undefined || region === '')
    throw new MillraceError('Internal', 'Kafka asks for IAM authentication, and AWS_REGION is not set.');
  // Loaded when it is needed: it brings clients of AWS, which every cold start of a Lambda would wait for.
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  const { token } = await generateAuthToken({ region });
  return token;
};
