import type { UploadStore } from './store.ts'
import { unless } from './unless.ts'

const share = async (hex: Promise<string>, signal: AbortSignal | undefined): Promise<string> =>
  signal ? unless(hex, signal) : hex

/**
 * Keeps the checksums that a store has made, so that asking again for the same bytes costs nothing (S39): a finish that
 * failed is compared with what is known, until new bytes come. Requests at the same time share one.
 *
 * @param store whose methods are its own, not those of a class
 */
export function keepingProofs(store: UploadStore): UploadStore {
  const proofs = new Map<string, { readonly offset: number; readonly hex: Promise<string> }>()
  const forget = (id: string): void => {
    for (const algorithm of ['md5', 'sha256']) proofs.delete(`${algorithm} ${id}`)
  }
  return {
    ...store,
    async checksum(record, algorithm, signal) {
      const name = `${algorithm} ${record.id}`
      const known = proofs.get(name)
      // Bytes below a committed offset do not change.
      if (known?.offset === record.offset) return share(known.hex, signal)
      // Others may wait for it too: it goes on when this one leaves.
      const hex = store.checksum(record, algorithm)
      const proof = { offset: record.offset, hex }
      proofs.set(name, proof)
      hex.catch(() => {
        if (proofs.get(name) === proof) proofs.delete(name)
      })
      return share(hex, signal)
    },
    async commit(record) {
      await store.commit(record)
      // What is over is asked about no more.
      if (record.status !== 'uploading' && record.status !== 'verifying') forget(record.id)
    },
    async remove(record, options) {
      forget(record.id)
      await store.remove(record, options)
    },
  }
}
