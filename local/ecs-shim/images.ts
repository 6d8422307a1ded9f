import { z } from 'zod';

/** A process that stands for a container image. */
const localImageSchema = z.strictObject({
  /** The command that runs unless the task definition names one. */
  command: z.array(z.string()).min(1),
  cwd: z.string(),
});
export type LocalImage = z.infer<typeof localImageSchema>;

/** Repository names without registry, tag and digest -> the process that stands for them. */
export const localImagesSchema = z.record(z.string(), localImageSchema);
export type LocalImages = z.infer<typeof localImagesSchema>;

/** `registry:5000/team/app:1.2@sha256:...` -> `registry:5000/team/app`. */
export const repositoryOf = (image: string): string => (image.split('@')[0] ?? '').replace(/:[^/:]+$/, '');

export const findImage = (images: LocalImages, image: string): LocalImage | undefined => {
  const repository = repositoryOf(image);
  return images[repository] ?? images[repository.split('/').at(-1) ?? ''];
};

/** What RunTask's caller gets to see as the reason why the task stopped. */
export const unknownImageMessage = (images: LocalImages, image: string): string =>
  `No such image: ${image}. The local stack runs only these, each as a process: ${Object.keys(images).join(', ')}.`;
