const MiB = 1024 ** 2

/** S3's least size of a part that is not the last one, in bytes, and its greatest. */
export const partLimits: { readonly least: number; readonly most: number } = { least: 5 * MiB, most: 5 * 1024 * MiB }

/**
 * How large the next part is to be, in bytes: so large that no file of any size needs more than about 2 500, of the 10 000 that S3 allows,
 * since each commit writes down all of them. What fails burns a number.
 *
 * @param size of the file, if it is known
 * @example
 * partSize(8_000_000_000, 0) // 8 388 608
 */
export function partSize(size: number | undefined, offset: number, least: number = 8 * MiB): number {
  const wanted = Math.max(size ?? 0, offset * 5) / 2_500
  return Math.min(partLimits.most, Math.max(least, Math.ceil(wanted / MiB) * MiB))
}
