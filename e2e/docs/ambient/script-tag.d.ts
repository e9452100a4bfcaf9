/** What `chunkwise.global.js` and `chunkwise-element.global.js` leave behind. */
declare const Chunkwise: typeof import('@chunkwise/client')
