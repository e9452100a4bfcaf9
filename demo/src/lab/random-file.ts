// As much as the browser gives at once.
const most = 65_536

/** A file of so many random bytes. */
export function randomFile(name: string, size: number): File {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += most) crypto.getRandomValues(bytes.subarray(at, at + most))
  return new File([bytes], name)
}
