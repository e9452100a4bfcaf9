import type { Authority, Passwords, SecretOwners, UploadStore } from '@chunkwise/server'

export {
  anyOf,
  apiKeyAuth,
  basicAuth,
  createUploadHandler,
  externalAuth,
  signedQueryAuth,
  tokenAuth,
  UploadProblem,
} from '@chunkwise/server'

export declare const store: UploadStore
export declare const secret: string
export declare const keys: SecretOwners
export declare const tokens: SecretOwners
export declare const authority: string
export declare const lookUp: Extract<Authority, (...args: never) => unknown>
export declare const users: { readonly verify: Extract<Passwords, (...args: never) => unknown> }
export declare const owners: Map<string, string>
export declare const archive: { add(id: string, name: string, bytes: ReadableStream<Uint8Array>): Promise<void> }
export declare function sha256(text: string): Promise<string>
export declare function hasVirus(path: string | undefined): Promise<boolean>
