export { afterAll, beforeAll, expect, test } from 'vitest'

export declare const folder: string
export declare const page: string
