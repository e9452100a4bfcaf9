import type { Load } from './load.ts'

/** The shapes, in the order they are taken. */
export const shapeNames = ['one', 'ten', 'hundred', 'hundred-small-chunks', 'small-files'] as const
/** One of {@link shapeNames}. */
export type ShapeName = (typeof shapeNames)[number]

/** How many uploads of which size, and how they come. */
export interface Shape extends Pick<Load, 'parallel' | 'each' | 'size' | 'chunkSize'> {
  readonly name: ShapeName
  readonly title: string
}

const MiB = 1024 ** 2

/** All of them. Together the uploads of each have about half as many bytes as the file of a page, but for small files. */
export function shapesOf(fileSize: number): readonly Shape[] {
  // There are many servers and shapes, and all of a round should be over before the machine has changed.
  const total = fileSize / 2
  return [
    { name: 'one', title: 'One upload, chunks of 8 MiB', ...large(total, 1, 8 * MiB) },
    { name: 'ten', title: 'Ten uploads at once, chunks of 8 MiB', ...large(total, 10, 8 * MiB) },
    { name: 'hundred', title: 'A hundred uploads at once, chunks of 8 MiB', ...large(total, 100, 8 * MiB) },
    {
      name: 'hundred-small-chunks',
      title: 'A hundred uploads at once, chunks of 1 MiB',
      ...large(total, 100, MiB),
    },
    {
      ...{ name: 'small-files', title: 'A thousand files of 10 kB, ten at once' },
      ...{ parallel: 10, each: 100, size: 10_000, chunkSize: 8 * MiB },
    },
  ]
}

// Two chunks at least: one that begins an upload and one that goes on.
const large = (total: number, parallel: number, chunkSize: number) => ({
  ...{ parallel, each: 1, chunkSize },
  size: Math.max(2, Math.round(total / parallel / chunkSize)) * chunkSize,
})
