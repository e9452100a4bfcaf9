import type { Upload } from '@chunkwise/client'

export { createUploader } from '@chunkwise/client'

export declare const session: { token: string; readonly userId: string }
export declare const upload: Upload
export declare function renewToken(): Promise<string>
export declare function showSignIn(options: { onSignedIn(): void }): void
