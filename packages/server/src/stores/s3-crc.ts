/** A CRC-32 as S3 writes it. */
export function base64Crc(crc32: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32)
  return bytes.toString('base64')
}
