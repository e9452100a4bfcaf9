import type { Send } from './page.ts'

/** The whole file in one request: what the browser can do at most. */
export const send: Send = (file, { endpoint }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', endpoint)
    // Everybody else shows progress too, and listening for it is part of the cost.
    request.upload.addEventListener('progress', () => {})
    request.addEventListener('load', () =>
      request.status === 204 ? resolve() : reject(new Error(`Got ${request.status}`)),
    )
    request.addEventListener('error', () => reject(new Error('Got no answer')))
    request.send(file)
  })
