/** What `chunkwise.global.js` and `chunkwise-element.global.js` leave behind. */
declare const Chunkwise: typeof import('@chunkwise/client')

// What a service worker hears, which the types of a page do not know.
interface WindowEventMap {
  fetch: Event & { readonly request: Request; respondWith(response: Promise<Response>): void }
}
