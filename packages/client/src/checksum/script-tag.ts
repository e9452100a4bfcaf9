// A script can find its own tag only while it runs for the first time. So the entry for a script tag imports this file too:
// what is loaded later, as all other hashing is, would come too late.

const current = globalThis.document?.currentScript
const tag = current && 'src' in current ? current : undefined

/** Address of the script that this is built into; empty if it has none. */
export const ownAddress: string = tag?.src ?? ''

/** The nonce of its tag: a policy that names scripts by a nonce would refuse another tag without it. */
export const ownNonce: string = tag?.nonce ?? ''

/** How its tag asks for it (`crossorigin`): a page that is isolated takes nothing else from another origin. */
export const ownCrossOrigin: string | null = tag?.crossOrigin ?? null
