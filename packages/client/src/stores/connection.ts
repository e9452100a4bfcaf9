import { promisifyRequest, type UseStore } from 'idb-keyval'

/** How long opening may take, in milliseconds: it may never end, where storage is blocked or another page holds on to an older version. */
const limitMs = 3_000

/** What differs from the plain connection of idb-keyval: a limit on opening, durability by write, life after its loss. */
export interface Connection {
  /** Access to one of the stores of the database; writes are as durable as said. */
  use(store: string, durability: 'strict' | 'relaxed'): UseStore
}

/**
 * A database that is opened when it is first used, and again when the connection was lost, was closed for another version
 * of this code, or by the browser's back/forward cache.
 */
export function connect(name: string, stores: readonly string[]): Connection {
  let opening: Promise<IDBDatabase> | undefined
  const drop = (): void => void (opening = undefined)

  function database(): Promise<IDBDatabase> {
    opening ??= open(name, stores, drop)
    opening.catch(drop)
    return opening
  }

  return {
    use: (store, durability) => async (mode, callback) => {
      const work = async () => callback((await database()).transaction(store, mode, { durability }).objectStore(store))
      try {
        return await work()
      } catch (error) {
        if (!isLoss(error)) throw error
        drop()
        return await work()
      }
    },
  }
}

async function open(name: string, stores: readonly string[], onClosed: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => stores.forEach((store) => request.result.createObjectStore(store))
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // Whoever answers after that is let go.
      request.onsuccess = () => request.result.close()
      reject(new Error(`no answer within ${limitMs / 1000} s`))
    }, limitMs)
    promisifyRequest(request)
      .finally(() => clearTimeout(timer))
      .then(resolve, reject)
  })
  const database = request.result
  const leave = (): void => {
    database.close()
    globalThis.removeEventListener?.('pagehide', leave)
    onClosed()
  }
  database.onclose = leave
  database.onversionchange = leave
  globalThis.addEventListener?.('pagehide', leave)
  return database
}

// InvalidStateError: the connection was closed under us. UnknownError: WebKit has lost its database process.
const isLoss = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'InvalidStateError' || error.name === 'UnknownError')
