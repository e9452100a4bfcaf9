/** An upload as the reference server has it. */
export interface Stored {
  readonly key: string
  readonly size: number
  bytes: Uint8Array
  complete: boolean
}

/** What the server says: where it stands, that it knows no such upload, or that what arrived is not what was read. */
export type Said = { readonly id: string; readonly offset: number; readonly complete: boolean } | 'gone' | 'mismatch'

/**
 * What a server of resumable uploads must do, and nothing else: so little that it is plainly right. The same key gives the same
 * upload; bytes are taken at the offset only; complete is what is whole and has the sum that was told.
 */
export interface ReferenceServer {
  readonly uploads: Map<string, Stored>
  create(key: string, size: number): string
  append(id: string, offset: number, bytes: Uint8Array): Said
  look(id: string): Said
  complete(id: string, sum: string): Said
  /** Loses the last bytes, as a backup that is put back. */
  roll(bytes: number): void
}

export function referenceServer(sumOf: (bytes: Uint8Array) => string): ReferenceServer {
  const uploads = new Map<string, Stored>()
  let created = 0
  const look = (id: string): Said => {
    const upload = uploads.get(id)
    return upload ? { id, offset: upload.bytes.length, complete: upload.complete } : 'gone'
  }
  return {
    uploads,
    create(key, size) {
      const known = [...uploads].find(([, upload]) => upload.key === key)
      const id = known?.[0] ?? String((created += 1))
      if (!known) uploads.set(id, { key, size, bytes: new Uint8Array(), complete: false })
      return id
    },
    append(id, offset, bytes) {
      const upload = uploads.get(id)
      const fits = upload && !upload.complete && offset === upload.bytes.length && offset + bytes.length <= upload.size
      if (fits) upload.bytes = Uint8Array.from([...upload.bytes, ...bytes])
      return look(id)
    },
    look,
    complete(id, sum) {
      const upload = uploads.get(id)
      if (!upload || upload.bytes.length < upload.size) return look(id)
      if (sumOf(upload.bytes) !== sum) return 'mismatch'
      upload.complete = true
      return look(id)
    },
    roll(count) {
      for (const upload of uploads.values()) {
        if (!upload.complete) upload.bytes = upload.bytes.slice(0, Math.max(0, upload.bytes.length - count))
      }
    },
  }
}
