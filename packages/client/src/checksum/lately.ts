/** Enough for all uploads that are between the two at the same time; each file has its bytes taken once, and soon. */
const most = 8
const lately = new Map<Blob, ArrayBuffer>()

/** Keeps the bytes of a small file that was read whole: who wants them next need not ask the browser again. */
export function keepLately(file: Blob, bytes: ArrayBuffer): void {
  lately.set(file, bytes)
  for (const oldest of lately.keys()) {
    if (lately.size <= most) break
    lately.delete(oldest)
  }
}

/** The bytes of a file that was just read whole, given away once; `undefined`: it is to be read. */
export function takeLately(file: Blob): ArrayBuffer | undefined {
  const bytes = lately.get(file)
  lately.delete(file)
  return bytes
}
