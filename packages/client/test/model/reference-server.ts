/** An upload as the reference server has it. */
export interface Stored {
  readonly key: string
  readonly size: number
  bytes: Uint8Array
  /** How many of them a kill leaves. */
  durable: number
  complete: boolean
  /** Who is at work on it. */
  writer: number | undefined
}

/** What the server says: where it stands, or why it does not. */
export type Said =
  | { readonly id: string; readonly offset: number; readonly complete: boolean }
  /** It knows no such upload. */
  | 'gone'
  /** What arrived is not what was read. */
  | 'mismatch'
  /** Somebody else is at work on it. */
  | 'locked'

/**
 * What a server of resumable uploads must do, and nothing else: so little that it is plainly right. The same key gives the same
 * upload; one writer at a time; bytes are taken at the offset only; what is confirmed is durable; complete is what is whole and
 * has the sum that was told. Methods call each other by name, so that a mutant can put its own in their place.
 */
export interface ReferenceServer {
  readonly uploads: Map<string, Stored>
  create(key: string, size: number): string
  /** Begins to write so many bytes at an offset; what is said instead, if that cannot be. The writer's number is what the lock knows it by. */
  open(id: string, offset: number, size: number): number | Said
  write(id: string, bytes: Uint8Array): void
  sync(id: string): void
  close(id: string, writer: number): Said
  unlock(id: string, writer: number): void
  look(id: string): Said
  complete(id: string, sum: string): Said
  /** Forgets what is unfinished; what is complete is the host's. */
  drop(id: string): boolean
  /** Loses the last bytes, as a backup that is put back. */
  roll(bytes: number): void
  /** Ends and begins again with what is durable. */
  kill(): void
}

export function referenceServer(
  sumOf: (bytes: Uint8Array) => string,
  mutant: (real: ReferenceServer) => Partial<ReferenceServer> = () => ({}),
): ReferenceServer {
  const uploads = new Map<string, Stored>()
  let [created, writers] = [0, 0]
  const server: ReferenceServer = {
    uploads,
    create(key, size) {
      for (const [id, upload] of uploads) if (upload.key === key) return id
      const id = String((created += 1))
      uploads.set(id, { key, size, bytes: new Uint8Array(), durable: 0, complete: false, writer: undefined })
      return id
    },
    open(id, offset, size) {
      const upload = uploads.get(id)
      if (!upload || upload.complete) return server.look(id)
      if (upload.writer !== undefined) return 'locked'
      if (offset !== upload.bytes.length || offset + size > upload.size) return server.look(id)
      return (upload.writer = writers += 1)
    },
    write(id, bytes) {
      const upload = uploads.get(id)
      if (!upload) return
      const joined = new Uint8Array(upload.bytes.length + bytes.length)
      joined.set(upload.bytes)
      joined.set(bytes, upload.bytes.length)
      upload.bytes = joined
    },
    sync(id) {
      const upload = uploads.get(id)
      if (upload) upload.durable = upload.bytes.length
    },
    close(id, writer) {
      server.sync(id)
      server.unlock(id, writer)
      return server.look(id)
    },
    unlock(id, writer) {
      const upload = uploads.get(id)
      if (upload?.writer === writer) upload.writer = undefined
    },
    // What is not durable yet is not told.
    look(id) {
      const upload = uploads.get(id)
      if (!upload) return 'gone'
      const offset = upload.writer === undefined ? upload.bytes.length : upload.durable
      return { id, offset, complete: upload.complete }
    },
    complete(id, sum) {
      const upload = uploads.get(id)
      if (!upload || upload.complete || upload.bytes.length < upload.size) return server.look(id)
      if (upload.writer !== undefined) return 'locked'
      if (sumOf(upload.bytes) !== sum) return 'mismatch'
      upload.complete = true
      return server.look(id)
    },
    drop: (id) => uploads.get(id)?.complete === false && uploads.delete(id),
    roll(count) {
      for (const upload of uploads.values()) {
        if (upload.complete) continue
        upload.bytes = upload.bytes.slice(0, Math.max(0, upload.bytes.length - count))
        upload.durable = Math.min(upload.durable, upload.bytes.length)
      }
    },
    kill() {
      for (const upload of uploads.values()) {
        upload.bytes = upload.bytes.slice(0, upload.durable)
        upload.writer = undefined
      }
    },
  }
  return Object.assign(server, mutant({ ...server }))
}
